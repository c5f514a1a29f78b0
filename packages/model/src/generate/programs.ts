import { ConfigError } from '@prefix-tuning/base';
import { jit, largest, type JitFunction, type Runtime } from '@prefix-tuning/jit';
import { add, concat, exp, fill, log, ones, reshape, slice, softmax, sub, sum, topk, type Tensor } from '@tensorflow/tfjs-core';
import type { ForwardInput, Past } from '../families/family.js';
import { keyMask } from '../families/layers.js';
import type { Model } from '../model.js';

/** A value that may be absent: a list of one or none, since programs take lists of tensors. */
export type Optional<T> = readonly T[];

/** Prompts of a decoder alone, packed in one row of N tokens, after S slots of prefixes. */
export type ReadInput = {
  /** int32 [1, N] */
  readonly ids: Tensor;
  /** int32 [1, N] */
  readonly positions: Tensor;
  /** float32 [N, S + N]: 1 for what each token sees */
  readonly mask: Tensor;
  /** int32 [R], where each prompt's last token is */
  readonly last: Tensor;
  readonly prefix: Optional<Past>;
};

/** Scored: the token after each prompt. */
export type ReadOutput = Scored & {
  /** float32 [1, H, S + N, D] per layer */
  readonly present: Past;
};

/** n sources of an encoder-decoder model, padded on the right to T. Each prefix has 1 row or n. */
export type EncodeInput = {
  /** int32 [n, T] */
  readonly ids: Tensor;
  /** float32 [n, T], 1 for each source's own tokens */
  readonly mask: Tensor;
  /** int32 [n, 1], the position of the start token */
  readonly first: Tensor;
  readonly prefix: Optional<MaskedPast>;
  readonly encoderPrefix: Optional<MaskedPast>;
  readonly crossPrefix: Optional<MaskedPast>;
  /** The prefixes that all sources have in common, of one row. */
  readonly common: { readonly prefix: Optional<Past>; readonly encoder: Optional<Past>; readonly cross: Optional<Past> };
};

/** A past with, where its rows differ in length, float32 [n, P] that hides what is before the shorter ones. */
type MaskedPast = { readonly past: Past; readonly mask: Optional<Tensor> };

/** Scores of the next token of R rows. */
export type Scored = {
  /** float32 [R, V], or [R, S] of the tokens that the search has to see, best first */
  readonly scores: Tensor;
  /** int32 [R, S], where not all tokens are scored */
  readonly tokens: Optional<Tensor>;
};

/** Scored: the token after the decoder's start token. */
export type EncodeOutput = Scored & {
  readonly present: Past;
  /** Keys and values of the sources, each after its prefix. */
  readonly cross: Past;
};

/** One token for each of R rows. */
export type DecodeInput = {
  /** int32 [R, 1] */
  readonly ids: Tensor;
  /** int32 [R, 1] */
  readonly positions: Tensor;
  /** float32 [R, slots + 1]: which slots of the prompt's pieces and of the cache are filled, and the token itself */
  readonly mask: Tensor;
  /** float32 [R, H, slots, D] per layer */
  readonly past: Past;
  /** The prefix that all rows have in common, in one row; of a decoder alone then a row for each prompt, whose beams share it. */
  readonly prompt: readonly Past[];
  /** Encoder-decoder: one row for each prompt, whose beams share it. */
  readonly source: Optional<{ readonly keyValues: Past; readonly mask: Tensor; readonly prefix: Optional<Past> }>;
};

/** Scored: the token after each row. */
export type DecodeOutput = Scored & {
  /** The token's own key and value, float32 [R, H, 1, D] per layer. */
  readonly fresh: Past;
};

export interface Programs {
  /** Of a decoder alone. */
  readonly read: JitFunction<ReadInput, ReadOutput>;
  /** Of an encoder-decoder model. */
  readonly encode: JitFunction<EncodeInput, EncodeOutput>;
  readonly decode: JitFunction<DecodeInput, DecodeOutput>;
  dispose(): Promise<void>;
}

export interface ScoreOptions {
  /** Beam search works on log-probabilities, other searches on logits. */
  readonly kind: 'logits' | 'log-probabilities';
  /** How many of the likeliest tokens are wanted; all unless given. Few spare their copies and a walk through them outside the program. */
  readonly tokens?: number | undefined;
}

/**
 * Compiles what generation runs. Programs are for fixed shapes, so callers keep to few of them.
 *
 * @param options.runs  about how many steps there will be, where that is known
 */
export function createPrograms(model: Model, options: { scores: ScoreOptions; runtime?: Runtime | undefined; runs?: number | undefined }): Programs {
  const { family, parameters, config } = model;
  const common = { ...(options.runtime ? { runtime: options.runtime } : {}), ...(options.runs === undefined ? {} : { runs: options.runs }) };
  const score = (hidden: Tensor): Scored => {
    const logits = family.logits(parameters, hidden);
    const { kind, tokens } = options.scores;
    if (tokens === undefined) return { scores: kind === 'logits' ? logits : allLogProbabilities(logits), tokens: [] };
    const { values, indices } = topk(logits, tokens);
    return { scores: kind === 'logits' ? values : logProbabilities(values, logits), tokens: [indices] };
  };
  const read: Programs['read'] = jit(
    ({ mask, last, prefix, ...input }: ReadInput): ReadOutput => {
      const { hidden, present } = family.forward(parameters, config, { ...input, attentionMask: reshape(keyMask(mask), [1, 1, ...(mask.shape as [number, number])]), rows: last, past: prefix[0] });
      return { ...score(reshape(hidden, [-1, config.width])), present };
    },
    { name: 'read', ...common },
  );
  const encode: Programs['encode'] = jit(encodeAndStart(model, score), { name: 'encode', ...common });
  const decode: Programs['decode'] = jit(
    ({ source: [source], ...input }: DecodeInput): DecodeOutput => {
      const { hidden, fresh } = family.forward(parameters, config, { ...input, source: source && { ...source, prefix: source.prefix[0] } });
      return { ...score(reshape(hidden, [-1, config.width])), fresh };
    },
    { name: 'decode', ...common },
  );
  const all = { read, encode, decode };
  return { ...all, dispose: async () => void (await Promise.all(Object.values(all).map((program) => program.dispose()))) };
}

/** Of all tokens' logits [R, V]. `logSoftmax` spends a pass on a maximum that keeps a NaN, which the sum here shows anyway. */
function allLogProbabilities(logits: Tensor): Tensor {
  const shifted = sub(logits, largest(logits, true));
  return sub(shifted, log(sum(exp(shifted), -1, true)));
}

/** Of the likeliest tokens' logits [R, S], best first: the best one's probability is all that the others [R, V] are needed for. */
function logProbabilities(best: Tensor, logits: Tensor): Tensor {
  return add(sub(best, slice(best, [0, 0], [-1, 1])), log(largest(softmax(logits), true)));
}

/** What one new token in each row sees of a prefix. */
const after = (prefix: MaskedPast | undefined, n: number): Pick<ForwardInput, 'past' | 'mask'> => ({
  past: prefix?.past,
  mask: prefix?.mask[0] && maskAfter(prefix, ones([n, 1])),
});

/** The mask of keys that stand after a prefix. */
const maskAfter = (prefix: MaskedPast | undefined, mask: Tensor): Tensor =>
  prefix ? concat([prefix.mask[0] ?? ones([mask.shape[0]!, prefix.past[0]!.key.shape[2]!]), mask], 1) : mask;

/** Encodes the sources and runs the decoder on its start token. */
const encodeAndStart =
  ({ family, parameters, config, generationConfig, folder }: Model, score: (hidden: Tensor) => Scored) =>
  ({ ids, mask, first: positions, prefix: [prefix], encoderPrefix: [encoderPrefix], crossPrefix: [crossPrefix], common }: EncodeInput): EncodeOutput => {
    const start = generationConfig.decoderStartTokenId;
    if (start === undefined) {
      throw new ConfigError(`${folder}/config.json: decoder_start_token_id: expected a token id, got none. Get the file again.`, {
        details: { file: `${folder}/config.json`, field: 'decoder_start_token_id' },
      });
    }
    const n = ids.shape[0]!;
    const toEncode: MaskedPast | undefined = encoderPrefix ?? (common.encoder[0] && { past: common.encoder[0], mask: [] });
    const hidden = family.encoder!.encode(parameters, config, { ids, mask: maskAfter(toEncode, mask), past: toEncode?.past });
    const cross = family.encoder!.keyValues(parameters, config, { hidden, past: crossPrefix?.past });
    const first = family.forward(parameters, config, {
      ids: fill([n, 1], start, 'int32'),
      ...after(prefix, n),
      positions,
      prompt: common.prefix,
      source: { keyValues: cross, mask: maskAfter(crossPrefix, mask), prefix: common.cross[0] },
    });
    return { ...score(reshape(first.hidden, [-1, config.width])), present: first.present, cross };
  };
