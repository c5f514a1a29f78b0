import { jit, type JitFunction, type Runtime } from '@prefix-tuning/jit';
import { gather, logSoftmax, reshape, slice, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Past } from '../families/family.js';
import type { Model } from '../model.js';

/** n prompts, padded on the right to T. */
export type PrefillInput = {
  /** int32 [n, T] */
  readonly ids: Tensor;
  /** int32 [n]: where each prompt's last token is in the flattened ids */
  readonly last: Tensor;
  /** The prefix, of 1 or n rows, in a list of one; empty without. */
  readonly prefix: readonly Past[];
};

/** One token for each of R rows. */
export type DecodeInput = {
  /** int32 [R, 1] */
  readonly ids: Tensor;
  /** int32 [R, 1] */
  readonly positions: Tensor;
  /** float32 [R, capacity + 1]: which slots of the cache are filled, and the token itself */
  readonly mask: Tensor;
  /** float32 [R, H, capacity, D] per layer */
  readonly past: Past;
};

export interface Programs {
  /** scores [n, V] of the token after each prompt; keys and values of prefix and prompt */
  readonly prefill: JitFunction<PrefillInput, { scores: Tensor; present: Past }>;
  /** scores [R, V] of the token after each row; its own key and value, [R, H, 1, D] per layer */
  readonly decode: JitFunction<DecodeInput, { scores: Tensor; fresh: Past }>;
  dispose(): Promise<void>;
}

/**
 * Compiles what generation runs. Both programs are for fixed shapes, so callers keep to few of them.
 *
 * @param options.scores  log-probabilities for beam search, logits otherwise: what processors work on in each
 */
export function createPrograms({ family, parameters, config }: Model, options: { scores: 'logits' | 'log-probabilities'; runtime?: Runtime | undefined }): Programs {
  const score = (hidden: Tensor): Tensor => {
    const logits = family.logits(parameters, hidden);
    return options.scores === 'logits' ? logits : logSoftmax(logits);
  };
  const runtime = options.runtime ? { runtime: options.runtime } : {};
  const prefill: Programs['prefill'] = jit(
    ({ ids, last, prefix }: PrefillInput) => {
      const { hidden, present } = family.forward(parameters, config, { ids, past: prefix[0] });
      const rows = reshape(hidden, [-1, config.width]);
      return { scores: score(gather(rows, last as Tensor1D)), present };
    },
    { name: 'prefill', ...runtime },
  );
  const decode: Programs['decode'] = jit(
    ({ past, ...input }: DecodeInput) => {
      const { hidden, present } = family.forward(parameters, config, { ...input, past });
      const newest = (x: Tensor) => slice(x, [0, 0, x.shape[2]! - 1, 0], [-1, -1, 1, -1]);
      const fresh = present.map(({ key, value }) => ({ key: newest(key), value: newest(value) }));
      return { scores: score(reshape(hidden, [-1, config.width])), fresh };
    },
    { name: 'decode', ...runtime },
  );
  return { prefill, decode, dispose: async () => void (await Promise.all([prefill.dispose(), decode.dispose()])) };
}
