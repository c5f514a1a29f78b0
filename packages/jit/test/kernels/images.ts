import * as tf from '@tensorflow/tfjs-core';
import { floats, one, type Case, type Fn } from './case.js';

const image = () => floats([2, 4, 5, 3]);
/** The cpu backend's gradients of resizing confuse height and width, and images after the first: one square image. */
const square = () => floats([1, 5, 5, 3]);
const sizes: readonly [number, number][] = [[7, 9], [3, 2], [1, 1]];
const modes = [[false, false], [true, false], [false, true]] as const;

const resizing = sizes.flatMap((size) =>
  modes.flatMap(([alignCorners, halfPixel]): Case[] => {
    const note = `to ${size.join('x')}${alignCorners ? ', corners aligned' : ''}${halfPixel ? ', pixel centres' : ''}`;
    const wrong = halfPixel ? 'it ignores half pixel centres' : size[0] === 1 ? 'it divides by zero' : undefined;
    const onCpu = wrong ? { gradientNotOnCpu: wrong } : {};
    return [
      { kernel: 'ResizeBilinear', note, fn: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixel), inputs: [square()], ...onCpu },
      { kernel: 'ResizeNearestNeighbor', note, fn: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, alignCorners, halfPixel), inputs: [square()], ...onCpu },
    ];
  }),
);

const gradient = (kernel: string, fn: Fn): Case => ({
  kernel,
  fn: (x) => tf.grad((free) => tf.sum(tf.square(fn(free) as tf.Tensor)))(x!),
  inputs: [square()],
  gradients: [],
});

const batchNorm = (shape: number[]): Case => ({
  kernel: 'FusedBatchNorm',
  note: shape.length === 1 ? 'per channel' : 'full shape',
  fn: (x, mean, variance, offset, scale) => tf.batchNorm(x!, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 1e-3),
  inputs: [image(), floats(shape), floats(shape, 0.5, 2), floats(shape), floats(shape)],
});

export const images: Case[] = [
  ...resizing,
  gradient('ResizeBilinearGrad', (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [6, 8])),
  gradient('ResizeNearestNeighborGrad', (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 10])),
  one('FlipLeftRight', (x) => tf.image.flipLeftRight(x as tf.Tensor4D), image(), { gradients: [] }),
  one('DepthToSpace', (x) => tf.depthToSpace(x as tf.Tensor4D, 2), floats([2, 3, 2, 8]), { gradients: [] }),
  one('SpaceToBatchND', (x) => tf.spaceToBatchND(x, [2, 3], [[1, 1], [0, 1]]), image()),
  one('BatchToSpaceND', (x) => tf.batchToSpaceND(x, [2, 3], [[1, 0], [0, 2]]), floats([12, 3, 2, 2])),
  batchNorm([3]),
  batchNorm([2, 4, 5, 3]),
  one('LRN', (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1, 0.5, 0.7), floats([2, 2, 2, 7])),
  {
    kernel: 'LRNGrad',
    fn: (x) => tf.grad((free) => tf.sum(tf.square(tf.localResponseNormalization(free as tf.Tensor4D, 1, 2, 0.3, 0.5))))(x!),
    inputs: [floats([2, 2, 2, 5])],
    gradients: [],
  },
];
