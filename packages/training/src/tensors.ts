import type { HostTensor } from '@prefix-tuning/jit';
import { toTensor } from '@prefix-tuning/jit';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Named tensors on a backend. */
export type Tensors = { readonly [name: string]: Tensor };

/** Named tensors in plain memory. */
export type HostTensors = { readonly [name: string]: HostTensor };

/** A record with each value replaced by a function of it and its name. */
export function mapTensors<From, To>(record: { readonly [name: string]: From }, fn: (value: From, name: string) => To): { [name: string]: To } {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}

/** Puts named values on the active backend; the caller disposes them. */
export const toTensors = (values: HostTensors): Tensors => mapTensors(values, toTensor);
