import { ConfigError } from '@prefix-tuning/base';
import { jit, type JitFunction, type Runtime } from '@prefix-tuning/jit';
import { add, cast, concat, fill, log, logSoftmax, max, minimum, ones, range, reshape, scalar, slice, softmax, sub, sum, topk, type Tensor } from '@tensorflow/tfjs-core';
import type { ForwardInput, ModelConfig, Past } from '../families/family.js';
import type { Model } from '../model.js';

/** A value that may be absent: a list of one or none, since programs take lists of tensors. */
export type Optional<T> = readonly T[];

/** n prompts, padded on the right to T; for an encoder-decoder model n sources. Each prefix has 1 row or n. */
export type PrefillInput = {
  /** int32 [n, T] */
  readonly ids: Tensor;
  /** Decoder alone: int32 [n], where each prompt's last token is in the flattened ids. */
  readonly last: Optional<Tensor>;
  /** Encoder-decoder: float32 [n, T], 1 for each source's own tokens. */
  readonly mask: Optional<Tensor>;
  /** Encoder-decoder: int32 [n, 1], the position of the start token. */
  readonly first: Optional<Tensor>;
  readonly prefix: Optional<MaskedPast>;
  readonly encoderPrefix: Optional<MaskedPast>;
  readonly crossPrefix: Optional<MaskedPast>;
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

/** Scored: the token after each prompt, or after the decoder's start token. */
export type PrefillOutput = Scored & {
  readonly present: Past;
  /** Keys and values of the sources, each after its prefix. */
  readonly cross: Optional<Past>;
};

/** One token for each of R rows. */
export type DecodeInput = {
  /** int32 [R, 1] */
  readonly ids: Tensor;
  /** int32 [R, 1] */
  readonly positions: Tensor;
  /** float32 [R, slots + 1]: which slots of the prompt and of the cache are filled, and the token itself */
  readonly mask: Tensor;
  /** float32 [R, H, slots, D] per layer */
  readonly past: Past;
  /** Decoder alone: one row for each prompt, whose beams share it. */
  readonly prompt: Optional<Past>;
  /** Encoder-decoder: one row for each prompt, whose beams share it. */
  readonly source: Optional<{ readonly keyValues: Past; readonly mask: Tensor }>;
};

/** Scored: the token after each row. */
export type DecodeOutput = Scored & {
  /** The token's own key and value, float32 [R, H, 1, D] per layer. */
  readonly fresh: Past;
};

export interface Programs {
  readonly prefill: JitFunction<PrefillInput, PrefillOutput>;
  readonly decode: JitFunction<DecodeInput, DecodeOutput>;
  dispose(): Promise<void>;
}

export interface ScoreOptions {
  /** Beam search works on log-probabilities, other searches on logits. */
  readonly kind: 'logits' | 'log-probabilities';
  /** How many of the likeliest tokens are wanted; all unless given. Few spare their copies and a walk through them outside the program. */
  readonly tokens?: number | undefined;
}

/** Compiles what generation runs. Both programs are for fixed shapes, so callers keep to few of them. */
export function createPrograms(model: Model, options: { scores: ScoreOptions; runtime?: Runtime | undefined }): Programs {
  const { family, parameters, config } = model;
  const runtime = options.runtime ? { runtime: options.runtime } : {};
  const score = (hidden: Tensor): Scored => {
    const logits = family.logits(parameters, hidden);
    const { kind, tokens } = options.scores;
    if (tokens === undefined) return { scores: kind === 'logits' ? logits : logSoftmax(logits), tokens: [] };
    const { values, indices } = topk(logits, tokens);
    return { scores: kind === 'logits' ? values : logProbabilities(values, logits), tokens: [indices] };
  };
  const prefill: Programs['prefill'] = jit(family.encoder ? encodeAndStart(model, score) : readPrompt(model, score), { name: 'prefill', ...runtime });
  const decode: Programs['decode'] = jit(
    ({ prompt, source, ...input }: DecodeInput): DecodeOutput => {
      const { hidden, fresh } = family.forward(parameters, config, { ...input, prompt: prompt[0], source: source[0] });
      return { ...score(reshape(hidden, [-1, config.width])), fresh };
    },
    { name: 'decode', ...runtime },
  );
  return { prefill, decode, dispose: async () => void (await Promise.all([prefill.dispose(), decode.dispose()])) };
}

/** Of the likeliest tokens' logits [R, S], best first: the best one's probability is all that the others [R, V] are needed for. */
function logProbabilities(best: Tensor, logits: Tensor): Tensor {
  return add(sub(best, slice(best, [0, 0], [-1, 1])), log(max(softmax(logits), -1, true)));
}

const readPrompt =
  ({ family, parameters, config }: Model, score: (hidden: Tensor) => Scored) =>
  ({ ids, last, prefix: [prefix] }: PrefillInput): PrefillOutput => {
    const { hidden, present } = family.forward(parameters, config, { ids, rows: last[0], ...after(prefix, ids.shape as [number, number], config) });
    return { ...score(reshape(hidden, [-1, config.width])), present, cross: [] };
  };

/** What T new tokens after a prefix need; where prefixes differ in length, each row's positions count its own. */
function after(prefix: MaskedPast | undefined, [n, T]: readonly [number, number], { maxPositions }: ModelConfig): Pick<ForwardInput, 'past' | 'mask' | 'positions'> {
  const hides = prefix?.mask[0];
  if (!hides) return { past: prefix?.past };
  const lengths = cast(sum(hides, 1, true), 'int32');
  // Padding at the end of a prompt may reach past the last position; nothing looks at it.
  const positions = minimum(add(lengths, range(0, T, 1, 'int32')), scalar(maxPositions - 1, 'int32'));
  return { past: prefix.past, mask: concat([hides, ones([n, T])], 1), positions };
}

/** The mask of keys that stand after a prefix. */
const maskAfter = (prefix: MaskedPast | undefined, mask: Tensor): Tensor =>
  prefix ? concat([prefix.mask[0] ?? ones([mask.shape[0]!, prefix.past[0]!.key.shape[2]!]), mask], 1) : mask;

/** Encodes the sources and runs the decoder on its start token. */
function encodeAndStart({ family, parameters, config, generationConfig, folder }: Model, score: (hidden: Tensor) => Scored) {
  const start = generationConfig.decoderStartTokenId;
  if (start === undefined) {
    throw new ConfigError(`${folder}/config.json: decoder_start_token_id: expected a token id, got none. Get the file again.`, {
      details: { file: `${folder}/config.json`, field: 'decoder_start_token_id' },
    });
  }
  return ({ ids, mask: [mask], first: [positions], prefix: [prefix], encoderPrefix: [encoderPrefix], crossPrefix: [crossPrefix] }: PrefillInput): PrefillOutput => {
    const n = ids.shape[0]!;
    const hidden = family.encoder!.encode(parameters, config, { ids, mask: maskAfter(encoderPrefix, mask!), past: encoderPrefix?.past });
    const keyValues = family.encoder!.keyValues(parameters, config, { hidden, past: crossPrefix?.past });
    const first = family.forward(parameters, config, {
      ids: fill([n, 1], start, 'int32'),
      ...after(prefix, [n, 1], config),
      positions,
      source: { keyValues, mask: maskAfter(crossPrefix, mask!) },
    });
    return { ...score(reshape(first.hidden, [-1, config.width])), present: first.present, cross: [keyValues] };
  };
}
