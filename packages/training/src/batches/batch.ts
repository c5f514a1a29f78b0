import { ShapeError } from '@prefix-tuning/base';
import { hostTensor, type HostTensor } from '@prefix-tuning/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layout } from './layout.js';
import type { TokenSequence } from './sequence.js';

/**
 * What the loss divides by. `example-sum`: summed over a target's tokens, averaged over the batch (the authors'
 * objective 1, for prefix-tuning). `token-mean`: averaged over all target tokens (their objective 0).
 */
export type Objective = 'example-sum' | 'token-mean';

/** A batch as the step takes it. B rows of T tokens, padded at the end; N positions that predict a token. */
export type BatchTensors<Leaf = Tensor> = {
  /** The source, where it is read first. */
  readonly source?: {
    /** int32 [B, X], padded on the side that the layout says. */
    readonly ids: Leaf;
    /** float32 [B, X]: 1 for a token, 0 for padding. */
    readonly mask: Leaf;
  };
  /** int32 [B, T] */
  readonly ids: Leaf;
  /** int32 [N], positions in the flattened [B * T] whose next token is a target. */
  readonly rows: Leaf;
  /** int32 [N], the token that follows each position. */
  readonly targets: Leaf;
  /** float32 [N], each token's share of the loss; 0 for padding. */
  readonly weights: Leaf;
};

export interface Batch {
  readonly tensors: BatchTensors<HostTensor>;
  /** Names of the examples, in row order. */
  readonly ids: readonly string[];
  /** Tokens read, without padding. */
  readonly tokens: number;
  /** Tokens predicted, without padding. */
  readonly targets: number;
  /** What the loss is divided by: examples or targets. */
  readonly denominator: number;
}

export interface CollateOptions {
  readonly objective: Objective;
  /** B; missing rows are filled with padding that has no weight, so that the last batch keeps the shape. */
  readonly batchSize: number;
  /**
   * Most tokens that fit a row: the model's positions less the prefix. A batch is padded no further than this.
   */
  readonly maxTokens?: number;
  /** Most tokens of a source that is read on its own. */
  readonly maxSource?: number;
  /** `joined` unless given. */
  readonly layout?: Layout;
}

/**
 * The next larger of few sizes, so that batches share compiled programs: multiples of 4 up to 32, then four sizes in
 * each doubling (40, 48, 56, 64, 80, ...), which pads by less than a fifth.
 */
export function bucketSize(size: number): number {
  let unit = 4;
  while (unit * 8 < size) unit *= 2;
  return Math.ceil(size / unit) * unit;
}

/**
 * Pads sequences to one batch. Logits are needed at `rows` alone.
 *
 * @throws ShapeError  if there are more sequences than rows, or one has no token to predict
 */
export function collate(sequences: readonly TokenSequence[], options: CollateOptions): Batch {
  const { objective, batchSize, layout = 'joined', maxTokens = Infinity, maxSource = Infinity } = options;
  if (sequences.length === 0 || sequences.length > batchSize) {
    throw new ShapeError(`collate: expected 1 to ${batchSize} sequences, got ${sequences.length}.`);
  }
  for (const { id, ids, from } of sequences) {
    if (from >= 1 && from < ids.length) continue;
    throw new ShapeError(`collate: expected ${id} to have a token to predict after the first, got ${ids.length} tokens with targets from ${from}.`, {
      details: { id, tokens: ids.length, from },
    });
  }
  const read = layout === 'joined' ? sequences : sequences.map(afterSource);
  const width = widthOf(read.map(({ id, ids }) => ({ id, length: ids.length - 1 })), maxTokens, 'sequences');
  const targets = sequences.reduce((sum, { ids, from }) => sum + ids.length - from, 0);
  const filled = fill(read, width, targets);
  const denominator = objective === 'token-mean' ? targets : sequences.length;
  const weight = 1 / denominator;
  const slots = filled.rows.length;
  return {
    tensors: {
      ...(layout === 'joined' ? {} : { source: sourceTensors(sequences, { batchSize, layout, maxSource }) }),
      ids: hostTensor(filled.ids(batchSize), [batchSize, width], 'int32'),
      rows: hostTensor(filled.rows, [slots], 'int32'),
      targets: hostTensor(filled.targets, [slots], 'int32'),
      weights: hostTensor(Float32Array.from({ length: slots }, (_, n) => (n < targets ? weight : 0)), [slots]),
    },
    ids: sequences.map(({ id }) => id),
    tokens: sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0),
    targets,
    denominator,
  };
}

/** The begin token and the target. */
const afterSource = ({ id, ids, from }: TokenSequence): TokenSequence => ({ id, ids: ids.slice(from - 1), from: 1 });

/** The bucket of the longest row, no wider than the model has room for. */
function widthOf(rows: readonly { readonly id: string; readonly length: number }[], limit: number, what: string): number {
  const tooLong = rows.filter(({ length }) => length > limit);
  const longest = Math.max(1, ...rows.map(({ length }) => length));
  if (tooLong.length === 0) return Math.min(bucketSize(longest), limit);
  throw new ShapeError(`collate: expected ${what} of at most ${limit} tokens, got ${longest} in ${tooLong.map(({ id }) => id).join(', ')}. Shorten them.`, {
    details: { longest, limit, ids: tooLong.map(({ id }) => id) },
  });
}

function sourceTensors(sequences: readonly TokenSequence[], { batchSize, layout, maxSource }: { batchSize: number; layout: Layout; maxSource: number }) {
  const width = widthOf(sequences.map(({ id, from }) => ({ id, length: from - 1 })), maxSource, 'sources');
  const [ids, mask] = [new Int32Array(batchSize * width), new Float32Array(batchSize * width)];
  sequences.forEach((sequence, b) => {
    const length = sequence.from - 1;
    const start = layout === 'split' ? (b + 1) * width - length : b * width;
    ids.set(sequence.ids.slice(0, length), start);
    mask.fill(1, start, start + length);
  });
  return { ids: hostTensor(ids, [batchSize, width], 'int32'), mask: hostTensor(mask, [batchSize, width]) };
}

function fill(sequences: readonly TokenSequence[], width: number, count: number) {
  const rows = new Int32Array(bucketSize(count));
  const targets = new Int32Array(rows.length);
  let n = 0;
  sequences.forEach(({ ids, from }, b) => {
    for (let t = from; t < ids.length; t++, n++) {
      rows[n] = b * width + t - 1;
      targets[n] = ids[t]!;
    }
  });
  const ids = (batchSize: number) => {
    const all = new Int32Array(batchSize * width);
    sequences.forEach((sequence, b) => all.set(sequence.ids.slice(0, -1), b * width));
    return all;
  };
  return { rows, targets, ids };
}
