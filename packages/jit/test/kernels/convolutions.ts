import * as tf from '@tensorflow/tfjs-core';
import { floats, type Case, type Fn } from './case.js';

type Pad = 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
type Conv = (x: tf.Tensor4D, filter: tf.Tensor4D, strides: number, pad: never) => tf.Tensor;

const explicit: Pad = [[0, 0], [1, 0], [2, 1], [0, 0]];
const geometries: readonly (readonly [string, Pad, number])[] = [
  ['same', 'same', 1],
  ['valid', 'valid', 1],
  ['same, stride 2', 'same', 2],
  ['valid, stride 2 that leaves a row out', 'valid', 2],
  ['explicit padding', explicit, 1],
  ['explicit padding, stride 2', explicit, 2],
];

/** Both gradients of a convolution reach their own kernels; each has its case under its own name. */
const inEveryGeometry = (kernel: string, conv: Conv, filter: number[]): Case[] =>
  geometries.flatMap(([note, pad, strides]) => {
    const fn: Fn = (x, w) => conv(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad as never);
    const inputs = [floats([2, 6, 5, 3]), floats(filter)];
    return [{ kernel, note, fn, inputs }];
  });

/** A gradient as a function of its own: values are compared as those of its kernel. */
const gradient = (kernel: string, of: (...x: tf.Tensor[]) => tf.Tensor, which: number, inputs: Case['inputs']): Case => ({
  kernel,
  fn: (...x) => {
    const loss = (w: tf.Tensor) => tf.sum(tf.square(of(...x.map((tensor, i) => (i === which ? w : tensor))))) as tf.Scalar;
    return tf.grad(loss)(x[which]!);
  },
  inputs,
  gradients: [],
});

const conv: Conv = (x, w, strides, pad) => tf.conv2d(x, w, strides, pad);
const depthwise: Conv = (x, w, strides, pad) => tf.depthwiseConv2d(x, w, strides, pad);
const conv3d = (x: tf.Tensor, w: tf.Tensor, strides: number, pad: 'same' | 'valid') => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, strides, pad);
const images = () => floats([2, 6, 5, 3]);

export const convolutions: Case[] = [
  ...inEveryGeometry('Conv2D', conv, [3, 2, 3, 4]),
  { kernel: 'Conv2D', note: 'dilated', fn: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', [2, 1]), inputs: [images(), floats([3, 2, 3, 4])], gradients: [] },
  { kernel: 'Conv2D', note: 'channels first', fn: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NCHW'), inputs: [floats([2, 3, 6, 5]), floats([3, 3, 3, 4])] },
  { kernel: 'Conv2D', note: 'padding by number, rounded', fn: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1, 'NHWC', 1, 'floor'), inputs: [images(), floats([2, 2, 3, 4])], gradients: [] },
  { kernel: 'Conv2D', note: 'one axis', fn: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'same'), inputs: [floats([2, 7, 3]), floats([3, 3, 4])] },
  gradient('Conv2DBackpropFilter', (x, w) => conv(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same' as never), 1, [images(), floats([3, 2, 3, 4])]),
  {
    kernel: 'Conv2DBackpropInput',
    note: 'transposed convolution',
    fn: (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 6, 5, 2], 2, 'same'),
    inputs: [floats([2, 3, 3, 3]), floats([3, 2, 2, 3])],
  },
  ...inEveryGeometry('DepthwiseConv2dNative', depthwise, [3, 2, 3, 2]),
  gradient('DepthwiseConv2dNativeBackpropFilter', (x, w) => depthwise(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same' as never), 1, [images(), floats([3, 2, 3, 2])]),
  gradient('DepthwiseConv2dNativeBackpropInput', (x, w) => depthwise(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same' as never), 0, [images(), floats([3, 2, 3, 2])]),
  { kernel: 'Conv3D', note: 'same', fn: (x, w) => conv3d(x!, w!, 1, 'same'), inputs: [floats([1, 3, 4, 5, 2]), floats([2, 2, 3, 2, 3])] },
  { kernel: 'Conv3D', note: 'stride 2', fn: (x, w) => conv3d(x!, w!, 2, 'valid'), inputs: [floats([1, 3, 4, 5, 2]), floats([2, 2, 3, 2, 3])] },
  gradient('Conv3DBackpropFilterV2', (x, w) => conv3d(x!, w!, 1, 'same'), 1, [floats([1, 3, 4, 5, 2]), floats([2, 2, 3, 2, 3])]),
  gradient('Conv3DBackpropInputV2', (x, w) => conv3d(x!, w!, 1, 'same'), 0, [floats([1, 3, 4, 5, 2]), floats([2, 2, 3, 2, 3])]),

  ...(['linear', 'relu', 'sigmoid'] as const).flatMap((activation) => [
    {
      kernel: 'FusedConv2D',
      note: activation,
      fn: ((x, filter, bias) =>
        tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, strides: 1, pad: 'same', bias: bias!, activation })) as Fn,
      inputs: [images(), floats([3, 2, 3, 4]), floats([4])],
    },
    {
      kernel: 'FusedDepthwiseConv2D',
      note: activation,
      fn: ((x, filter, bias) =>
        tf.fused.depthwiseConv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, strides: 1, pad: 'same', bias: bias!, activation })) as Fn,
      inputs: [images(), floats([3, 2, 3, 2]), floats([6])],
    },
  ]),
  {
    kernel: 'FusedConv2D',
    note: 'channels first, slope per channel',
    fn: (x, filter, bias, slope) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, strides: 1, pad: 'valid', dataFormat: 'NCHW', bias: bias!, activation: 'prelu', preluActivationWeights: slope! }),
    inputs: [floats([2, 3, 6, 5]), floats([3, 2, 3, 4]), floats([4]), floats([4, 1, 1])],
    gradients: [],
  },
];
