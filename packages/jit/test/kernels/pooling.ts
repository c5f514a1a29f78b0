import * as tf from '@tensorflow/tfjs-core';
import { distinct, floats, type Case, type Fn } from './case.js';

type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

const explicit: Pad = [[0, 0], [1, 0], [1, 1], [0, 0]];
const geometries: readonly (readonly [string, Pad, number])[] = [
  ['valid', 'valid', 1],
  ['same', 'same', 1],
  ['same, stride 2', 'same', 2],
  ['valid, stride 2 that leaves a row out', 'valid', 2],
  ['explicit padding', explicit, 2],
];
const paddedAverage = { gradientNotOnCpu: 'it divides by the full window where the window holds padding' };

const pool2d = geometries.flatMap(([note, pad, strides]): Case[] => [
  { kernel: 'MaxPool', note, fn: (x) => tf.maxPool(x as tf.Tensor4D, [3, 2], strides, pad), inputs: [distinct([2, 6, 5, 3])] },
  {
    kernel: 'AvgPool',
    note,
    fn: (x) => tf.avgPool(x as tf.Tensor4D, [3, 2], strides, pad),
    inputs: [floats([2, 6, 5, 3])],
    ...(pad === 'valid' ? {} : paddedAverage),
  },
]);
const pool3d = (['valid', 'same'] as const).flatMap((pad): Case[] => [
  { kernel: 'MaxPool3D', note: pad, fn: (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, pad), inputs: [distinct([1, 3, 4, 5, 2])] },
  {
    kernel: 'AvgPool3D',
    note: pad,
    fn: (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, pad),
    inputs: [floats([1, 3, 4, 5, 2])],
    ...(pad === 'valid' ? {} : paddedAverage),
  },
]);

/** The gradient of a pooling, as a function: its values are those of the gradient's own kernel. */
const gradient = (kernel: string, pool: Fn, shape: number[]): Case => ({
  kernel,
  fn: (x) => tf.grad((free) => tf.sum(tf.square(pool(free) as tf.Tensor)))(x!),
  inputs: [floats(shape)],
  gradients: [],
});

export const pooling: Case[] = [
  ...pool2d,
  ...pool3d,
  gradient('MaxPoolGrad', (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'), [2, 6, 5, 3]),
  gradient('AvgPoolGrad', (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'), [2, 6, 5, 3]),
  gradient('MaxPool3DGrad', (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 1, 'valid'), [1, 3, 4, 5, 2]),
  gradient('AvgPool3DGrad', (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, 'valid'), [1, 3, 4, 5, 2]),
  ...[false, true].map((withBatch): Case => ({
    kernel: 'MaxPoolWithArgmax',
    note: withBatch ? 'positions in the batch' : 'positions in the image',
    fn: (x) => {
      const { result, indexes } = tf.maxPoolWithArgmax(x as tf.Tensor4D, 2, 2, 'valid', withBatch);
      return [result!, indexes!];
    },
    inputs: [floats([2, 6, 4, 3])],
    gradients: [],
  })),
];
