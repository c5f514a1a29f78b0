import { createRng } from '@prefix-tuning/base';
import type * as tf from '@tensorflow/tfjs-core';
import { hostTensor, sizeOf, type HostTensor } from '../../src/index.js';

export type Fn = (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** One kernel in one variant: a function that reaches it, and inputs. */
export interface Case {
  readonly kernel: string;
  readonly note?: string;
  readonly fn: Fn;
  readonly inputs: readonly HostTensor[];
  /** Which inputs have a gradient to compare; all float32 inputs unless given. */
  readonly gradients?: readonly number[];
  /** Why none is, where one could be expected. */
  readonly noGradient?: string;
  /** Why the gradient is held against finite differences alone, where the cpu backend's own is wrong or missing. */
  readonly gradientNotOnCpu?: string;
}

const rng = createRng(17);
const filled = <A>(ArrayType: { from(of: { length: number }, map: () => number): A }, shape: readonly number[], draw: () => number): A =>
  ArrayType.from({ length: sizeOf(shape) }, draw);

export const floats = (shape: number[], low = -2, high = 2) => hostTensor(filled(Float32Array, shape, () => low + (high - low) * rng.uniform()), shape);
export const ints = (shape: number[], low: number, high: number) =>
  hostTensor(filled(Int32Array, shape, () => low + rng.integer(high - low)), shape, 'int32');
/** Different numbers at least 0.05 apart in random order, so that which is the largest is never close. */
export const distinct = (shape: number[]) => {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => [rng.uniform(), (i - sizeOf(shape) / 2) / 20] as const);
  return hostTensor(values.sort(([a], [b]) => a - b).map(([, value]) => value), shape);
};
export const bools = (shape: number[]) => hostTensor(ints(shape, 0, 2).data, shape, 'bool');
export const given = (values: number[], shape: number[], dtype: 'float32' | 'int32' = 'float32') => hostTensor(values, shape, dtype);

export const x23 = floats([2, 3]);
export const x345 = floats([3, 4, 5]);
export const noGrad = { gradients: [] };
export const noGradientBecause = (noGradient: string) => ({ gradients: [], noGradient });

/** Of outputs that are whole numbers, or true or false. */
export const noSlope = noGradientBecause('its output moves in steps');

/** A case of one input. */
export const one = (kernel: string, fn: (x: tf.Tensor) => tf.Tensor, input = x23, rest: Partial<Case> = {}): Case => ({
  kernel,
  fn: fn as Fn,
  inputs: [input],
  ...rest,
});

/** A case of two inputs that broadcast. */
export const two = (kernel: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, rest: Partial<Case> = {}): Case => ({
  kernel,
  fn: fn as Fn,
  inputs: [floats([2, 3], 0.5, 2), floats([3], 0.5, 2)],
  ...rest,
});

export const capitalised = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1)}`;
