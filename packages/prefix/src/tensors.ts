import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { ParameterValues } from './values.js';

/** Named parameters on a TensorFlow.js backend. */
export type ParameterTensors = Readonly<Record<string, Tensor>>;

/** Puts parameters on the active TensorFlow.js backend; the caller disposes them. */
export function toTensors(parameters: ParameterValues): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { data, shape }]) => [name, tensor(data, [...shape], 'float32')]),
  );
}
