import { toHost, type Hosted } from '@prefix-tuning/jit';
import type { Model, Past } from '@prefix-tuning/model';
import { toTensors, type Entry, type HostTensors, type Tuning } from '@prefix-tuning/training';
import { dispose, tidy } from '@tensorflow/tfjs-core';

export interface TunedModel {
  readonly model: Model;
  /** Keys and values that stand before every prompt. */
  readonly prefix?: Hosted<Past>;
  /** Frees the trained tensors, not the model's own. */
  dispose(): void;
}

/** A model as a method's trained parameters leave it, ready to generate. */
export function tunedModel(model: Model, tuning: Tuning, trained: HostTensors): TunedModel {
  const tensors = toTensors(trained);
  let entry!: Entry;
  let prefix: Hosted<Past> | undefined;
  // What `enter` computes on the way is freed; the parameters it hands on are not its own.
  tidy(() => {
    entry = tuning.enter(tensors);
    prefix = entry.past?.map(({ key, value }) => ({ key: toHost(key), value: toHost(value) }));
  });
  const { parameters, hooks } = entry;
  const { forward } = model.family;
  const family: Model['family'] = hooks ? { ...model.family, forward: (p, config, input) => forward(p, config, { ...input, hooks }) } : model.family;
  return { model: { ...model, parameters, family }, ...(prefix ? { prefix } : {}), dispose: () => dispose(tensors as never) };
}
