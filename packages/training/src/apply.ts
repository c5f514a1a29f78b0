import { toHost, type Hosted } from '@prefix-tuning/jit';
import type { Past } from '@prefix-tuning/prefix';
import { dispose, engine, type Tensor } from '@tensorflow/tfjs-core';
import type { Entry, Tuning } from './methods/method.js';
import type { TrainableModel } from './model.js';
import { toTensors, type HostTensors, type Tensors } from './tensors.js';

/** A tuned model as generation takes it. */
export interface TunedModel<M extends TrainableModel> {
  /** The model with the tuning inside: its weights, and what stands within its layers. */
  readonly model: M;
  /** What stands before every prompt; goes into generation's `prefix`. */
  readonly prefix: Hosted<Past> | undefined;
  /** For methods that stand between source and target. */
  readonly readSource: Entry['readSource'];
  /** Frees the tuning's tensors; the model it was made from stays. */
  dispose(): void;
}

/**
 * Puts trained parameters into a model.
 *
 * The prefix is computed once, on the active TensorFlow.js backend. The rest is the same model with other weights or
 * with computation added to its forward pass, so that whatever takes a model takes the tuned one.
 */
export function applyTuning<M extends TrainableModel>(model: M, tuning: Tuning, parameters: HostTensors): TunedModel<M> {
  const trained = toTensors(parameters);
  const { prefix, hooks, readSource, weights } = enterOnce(tuning, trained);
  const forward: typeof model.family.forward = (p, config, input) => model.family.forward(p, config, { ...input, hooks });
  const family = hooks ? { ...model.family, forward } : model.family;
  return { model: { ...model, parameters: weights, family }, prefix, readSource, dispose: () => dispose(trained as Record<string, Tensor>) };
}

/** The entry of trained parameters, its prefix read into memory and every intermediate tensor freed. */
function enterOnce(tuning: Tuning, trained: Tensors) {
  engine().startScope();
  try {
    const { past, hooks, readSource, parameters: weights } = tuning.enter(trained);
    const prefix = past?.map(({ key, value }) => ({ key: toHost(key), value: toHost(value) }));
    return { prefix, hooks, readSource, weights };
  } finally {
    engine().endScope();
  }
}
