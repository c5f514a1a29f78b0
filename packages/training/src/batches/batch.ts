import { checkFields, ConfigError, ShapeError, type FieldsOf } from '@prefix-tuning/base';
import { hostTensor, type HostTensor } from '@prefix-tuning/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { bucketSize } from './bucket.js';
import type { Layout } from './layout.js';
import { planRows, rowEach, type RowOptions, type RowPlan } from './pack.js';
import type { TokenSequence } from './sequence.js';
import { planUsual, type UsualRows } from './usual.js';

/**
 * What the loss divides by. `example-sum`: summed over a target's tokens, averaged over the batch (the authors'
 * objective 1, for prefix-tuning). `token-mean`: averaged over all target tokens (their objective 0).
 */
export type Objective = 'example-sum' | 'token-mean';

/** A batch as the step takes it. B rows of T tokens, one sequence or several each, padded at the end; N positions that predict a token. */
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
  /** Where rows hold several sequences, none of which sees another. */
  readonly packing?: {
    /** int32 [B, T]: a token's place in its sequence, from 0. */
    readonly positions: Leaf;
    /** int32 [B, T], or of the slots: the sequence that a token is of, from 0; -1 for padding. */
    readonly segments: Leaf;
    /** Where all tokens stand in one row, B = 1: the rows in which they attend. */
    readonly slots?: {
      /** int32 [R, S]: which token stands in a slot; in an empty one it is padding. */
      readonly tokens: Leaf;
      /** int32 [T]: the slot of each token; of padding, an empty one. */
      readonly places: Leaf;
    };
  };
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
  /** `example-sum` for prefix-tuning, `token-mean` for the other methods in the paper. */
  readonly objective: Objective;
  /** Sequences of a batch. */
  readonly batchSize: number;
  /**
   * Most tokens that fit a row: the model's positions less the prefix. A batch is padded no further than this.
   */
  readonly maxTokens?: number;
  /** Most tokens of a source that is read on its own. */
  readonly maxSource?: number;
  /** How source and target reach the model, as the tuning has it; `joined` unless given. */
  readonly layout?: Layout;
  /**
   * Whether sequences of the joined layout may share a row where that saves padding; they do unless it is false. The
   * loss and its gradients are the same; only a random mask that a method draws for each row is then shared.
   */
  readonly packed?: boolean;
  /** The model's width, which decides how much attention in long rows costs against the rest of a step; 768 unless given. */
  readonly modelWidth?: number;
}

const fields: FieldsOf<CollateOptions> = { objective: true, batchSize: true, maxTokens: true, maxSource: true, layout: true, packed: true, modelWidth: true };

/** @throws ConfigError  if an option is unknown or out of range */
export function checkBatchOptions(options: CollateOptions): void {
  checkFields('batches', options, Object.keys(fields));
  const { objective, batchSize, maxTokens = Infinity, maxSource = Infinity, layout = 'joined', packed = true, modelWidth = 768 } = options;
  const need = (ok: boolean, field: string, expected: string, got: unknown) => {
    if (!ok) throw new ConfigError(`batches: expected ${field} to be ${expected}, got ${String(got)}. Correct the option.`, { details: { field, got } });
  };
  const most = (value: number) => value === Infinity || (Number.isInteger(value) && value >= 1);
  need(['example-sum', 'token-mean'].includes(objective), 'objective', 'example-sum or token-mean', objective);
  need(Number.isInteger(batchSize) && batchSize >= 1, 'batchSize', 'a whole number of at least 1', batchSize);
  need(most(maxTokens), 'maxTokens', 'a whole number of at least 1', maxTokens);
  need(most(maxSource), 'maxSource', 'a whole number of at least 1', maxSource);
  need(['joined', 'split', 'encoded'].includes(layout), 'layout', 'joined, split or encoded', layout);
  need(typeof packed === 'boolean', 'packed', 'true or false', packed);
  need(modelWidth >= 1, 'modelWidth', 'a number of at least 1', modelWidth);
}

/** What rows are planned by. */
export const rowOptions = ({ batchSize, maxTokens = Infinity, modelWidth = 768 }: CollateOptions): RowOptions => ({ batchSize, maxTokens, modelWidth });

/**
 * Packs or pads sequences to one batch. Logits are needed at `rows` alone. Padded batches have `batchSize` rows, the
 * missing ones without weight.
 *
 * @param usual  rows to keep to where sequences share rows; the cheapest for these sequences unless given
 * @throws ConfigError  if an option is unknown or out of range
 * @throws ShapeError  if there are more sequences than rows, or one has no token to predict or is too long
 */
export function collate(sequences: readonly TokenSequence[], options: CollateOptions, usual?: UsualRows): Batch {
  const { objective, batchSize, layout = 'joined', maxSource = Infinity } = options;
  checkBatchOptions(options);
  if (sequences.length === 0 || sequences.length > batchSize) {
    throw new ShapeError(`collate: expected 1 to ${batchSize} sequences, got ${sequences.length}.`);
  }
  checkSequences(sequences, options);
  const read = layout === 'joined' ? sequences : sequences.map(afterSource);
  const plan = planBatch(read.map(({ ids }) => ids.length - 1), options, usual);
  const targets = sequences.reduce((sum, { ids, from }) => sum + ids.length - from, 0);
  const filled = fill(read, plan, targetSlots(targets, plan, usual));
  const denominator = objective === 'token-mean' ? targets : sequences.length;
  const weight = 1 / denominator;
  const slots = filled.rows.length;
  return {
    tensors: {
      ...(layout === 'joined' ? {} : { source: sourceTensors(sequences, { batchSize, layout, maxSource }) }),
      ids: filled.ids,
      ...(plan.shared ? { packing: packing(read, plan) } : {}),
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

/** Positions with logits: as many as batches with these rows usually need at most. */
function targetSlots(targets: number, { rows, width, tokens = rows * width }: RowPlan, usual: UsualRows | undefined): number {
  const most = usual ? Math.ceil((usual.targetShare * tokens) / 16) * 16 : 0;
  return Math.min(targets <= most ? most : bucketSize(targets), tokens);
}

/** Whether sequences may share a row. */
export const sharesRows = ({ layout = 'joined', packed = true }: CollateOptions): boolean => layout === 'joined' && packed;

function planBatch(lengths: readonly number[], options: CollateOptions, usual: UsualRows | undefined): RowPlan {
  if (!sharesRows(options)) return rowEach(lengths, rowOptions(options));
  return usual ? planUsual(lengths, rowOptions(options), usual) : planRows(lengths, rowOptions(options));
}

/**
 * A source that is read apart takes positions too, unless an encoder reads it.
 *
 * @throws ConfigError  if a sequence has no token ids, or numbers that are none
 * @throws ShapeError  if a sequence has no token to predict, or is too long
 */
export function checkSequences(sequences: readonly TokenSequence[], { layout = 'joined', maxTokens = Infinity, maxSource = Infinity }: CollateOptions): void {
  for (const { id, ids, from } of sequences) {
    if (!ids) throw new ConfigError(`batches: expected encoded sequences, got ${id} without ids. Encode pairs with pairEncoder(model).pair.`, { details: { id } });
    const wrong = ids.findIndex((token) => !(Number.isInteger(token) && token >= 0));
    if (wrong >= 0) {
      throw new ConfigError(`batches: expected token ids of ${id} to be whole numbers of at least 0, got ${ids[wrong]} at ${wrong}. Encode it with the model's tokenizer; what is no target stands before \`from\`, under its own id.`, {
        details: { id, at: wrong, got: ids[wrong] },
      });
    }
    if (Number.isInteger(from) && from >= 1 && from < ids.length) continue;
    throw new ShapeError(`collate: expected ${id} to have a token to predict after the first, got ${ids.length} tokens with targets from ${from}.`, {
      details: { id, tokens: ids.length, from },
    });
  }
  const lengthsOf = (length: (sequence: TokenSequence) => number) => sequences.map((sequence) => ({ id: sequence.id, length: length(sequence) }));
  checkLengths(lengthsOf(({ ids, from }) => ids.length - (layout === 'encoded' ? from : 1)), maxTokens, 'sequences');
  if (layout !== 'joined') checkLengths(lengthsOf(({ from }) => from - 1), maxSource, 'sources');
}

/** The begin token and the target. */
const afterSource = ({ id, ids, from }: TokenSequence): TokenSequence => ({ id, ids: ids.slice(from - 1), from: 1 });

function checkLengths(rows: readonly { readonly id: string; readonly length: number }[], limit: number, what: string): void {
  const tooLong = rows.filter(({ length }) => length > limit);
  if (tooLong.length === 0) return;
  const longest = tooLong.reduce((most, { length }) => Math.max(most, length), 0);
  const ids = tooLong.map(({ id }) => id);
  const named = ids.length > 10 ? `${ids.slice(0, 10).join(', ')} and ${ids.length - 10} more` : ids.join(', ');
  throw new ShapeError(`collate: expected ${what} of at most ${limit} tokens, got ${longest} in ${named}. Shorten them.`, { details: { longest, limit, ids } });
}

function sourceTensors(sequences: readonly TokenSequence[], { batchSize, layout, maxSource }: { batchSize: number; layout: Layout; maxSource: number }) {
  const width = Math.min(bucketSize(Math.max(1, ...sequences.map(({ from }) => from - 1))), maxSource);
  const [ids, mask] = [new Int32Array(batchSize * width), new Float32Array(batchSize * width)];
  sequences.forEach((sequence, b) => {
    const length = sequence.from - 1;
    const start = layout === 'split' ? (b + 1) * width - length : b * width;
    ids.set(sequence.ids.slice(0, length), start);
    mask.fill(1, start, start + length);
  });
  return { ids: hostTensor(ids, [batchSize, width], 'int32'), mask: hostTensor(mask, [batchSize, width]) };
}

/** The first token of each sequence in the flattened ids. */
function startsOf(sequences: readonly TokenSequence[], { width, places, tokens }: RowPlan): number[] {
  if (tokens === undefined) return places.map(({ row, start }) => row * width + start);
  let next = 0;
  return sequences.map(({ ids }) => (next += ids.length - 1) - (ids.length - 1));
}

function fill(sequences: readonly TokenSequence[], plan: RowPlan, slots: number) {
  const [B, T] = plan.tokens === undefined ? [plan.rows, plan.width] : [1, plan.tokens];
  const [rows, targets, all] = [new Int32Array(slots), new Int32Array(slots), new Int32Array(B * T)];
  const starts = startsOf(sequences, plan);
  let n = 0;
  sequences.forEach(({ ids, from }, i) => {
    all.set(ids.slice(0, -1), starts[i]!);
    for (let t = from; t < ids.length; t++, n++) {
      rows[n] = starts[i]! + t - 1;
      targets[n] = ids[t]!;
    }
  });
  return { rows, targets, ids: hostTensor(all, [B, T], 'int32') };
}

/** Which sequence each token is of, its place there, and where it attends if that is not where it stands. */
function packing(sequences: readonly TokenSequence[], plan: RowPlan): NonNullable<BatchTensors<HostTensor>['packing']> {
  const { rows, width, places: at, tokens: T = rows * width } = plan;
  const [segments, tokens] = [new Int32Array(rows * width).fill(-1), new Int32Array(rows * width).fill(T - 1)];
  const [positions, places] = [new Int32Array(T), new Int32Array(T)];
  const starts = startsOf(sequences, plan);
  sequences.forEach(({ ids }, i) => {
    const slot = at[i]!.row * width + at[i]!.start;
    for (let t = 0; t < ids.length - 1; t++) {
      const token = starts[i]! + t;
      [segments[slot + t], tokens[slot + t], positions[token], places[token]] = [i, token, t, slot + t];
    }
  });
  const inRows = (data: Int32Array) => hostTensor(data, [rows, width], 'int32');
  if (plan.tokens === undefined) return { positions: inRows(positions), segments: inRows(segments) };
  places.fill(segments.indexOf(-1), starts.at(-1)! + sequences.at(-1)!.ids.length - 1);
  const slots = { tokens: inRows(tokens), places: hostTensor(places, [T], 'int32') };
  return { positions: hostTensor(positions, [1, T], 'int32'), segments: inRows(segments), slots };
}
