import { checkpoint } from '@prefix-tuning/jit';
import type { Hooks } from '@prefix-tuning/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Entry } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import type { Tensors } from '../tensors.js';

/** The entry with layers that keep nothing for the backward pass but their input, and are computed again there. */
export function withRecompute(entry: Entry, model: TrainableModel, trained: Tensors): Entry {
  const changed = Object.entries(entry.parameters).flatMap(([name, tensor]) => (tensor === model.parameters[name] ? [] : [tensor]));
  const train = [...Object.values(trained), ...changed];
  const layer: Hooks['layer'] = (x, run, attended) => checkpoint<Tensor>(run, x, [...new Set([...train, ...attended])]);
  return { ...entry, hooks: { ...entry.hooks, layer }, encoderHooks: { ...entry.encoderHooks, layer } };
}
