import type * as tf from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { reshape, slice, transpose } from './emit.js';
import type { Rule } from './rule.js';
import { fromChannelsFirst, pads, spread, toChannelsFirst, windowAttributes, windowOf, type Window } from './window.js';

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

const space = (rank: number) => Array.from({ length: rank }, (_, i) => i);

/** Filter [...kernel, in, out] to [out, in, ...kernel]. */
const filterFirst = (g: GraphBuilder, filter: Value): Value => {
  const rank = filter.shape.length - 2;
  return transpose(g, filter, [rank + 1, rank, ...space(rank)]);
};

/** Depthwise filter [...kernel, in, multiplier] to [in x multiplier, 1, ...kernel]. */
const depthwiseFilter = (g: GraphBuilder, filter: Value): Value => {
  const rank = filter.shape.length - 2;
  const [channels, multiplier] = filter.shape.slice(-2) as [number, number];
  const first = transpose(g, filter, [rank, rank + 1, ...space(rank)]);
  return reshape(g, first, [channels * multiplier, 1, ...filter.shape.slice(0, rank)]);
};

interface ConvolveOptions {
  readonly window: Window;
  readonly groups?: number;
}

/** @param filter  [out, in / groups, ...kernel] */
function convolve(g: GraphBuilder, [x, filter]: readonly [Value, Value], { window, groups = 1 }: ConvolveOptions): Value {
  const attributes = { ...windowAttributes(window), dilations: { ints: window.dilations }, group: { int: groups } };
  const shape = [x.shape[0]!, filter.shape[0]!, ...window.output];
  const y = g.add('Conv', [toChannelsFirst(g, x, window), filter], { dtype: x.dtype, shape }, { attributes });
  return fromChannelsFirst(g, y, window);
}

/**
 * The gradient by the filter is itself a convolution, of the input with the gradient of the output as its filter:
 * what was the stride is now the dilation, examples play the part of channels.
 *
 * @param x  [in, N, ...input], or [1, groups x N, ...input]
 * @param dy  [out, N, ...output]
 * @returns [in or 1, out, ...kernel]
 */
function correlate(g: GraphBuilder, [x, dy]: readonly [Value, Value], { window, groups = 1 }: ConvolveOptions): Value {
  const attributes = {
    kernel_shape: { ints: window.output },
    strides: { ints: window.dilations },
    dilations: { ints: window.strides },
    pads: { ints: pads(window) },
    group: { int: groups },
  };
  // Input elements that are in no window make further positions at the end; they are not part of the filter.
  const found = window.input.map((n, i) => {
    const padded = n + pads(window)[i]! + pads(window)[window.input.length + i]!;
    return Math.floor((padded - (window.output[i]! - 1) * window.strides[i]! - 1) / window.dilations[i]!) + 1;
  });
  const lead = [x.shape[0]!, dy.shape[0]!];
  const all = g.add('Conv', [x, dy], { dtype: x.dtype, shape: [...lead, ...found] }, { attributes });
  const shape = [...lead, ...window.kernel];
  return slice(g, all, { begin: shape.map(() => 0), end: shape, shape });
}

const swapFirst = (g: GraphBuilder, x: Value): Value => transpose(g, x, [1, 0, ...space(x.shape.length - 2).map((i) => i + 2)]);

function filterGradient(g: GraphBuilder, [x, dy]: readonly [Value, Value], window: Window): Value {
  const parts = [x, dy].map((value) => swapFirst(g, toChannelsFirst(g, value, window))) as [Value, Value];
  const gradient = correlate(g, parts, { window });
  const rank = window.input.length;
  return transpose(g, gradient, [...space(rank).map((i) => i + 2), 0, 1]);
}

function inputGradient(g: GraphBuilder, [dy, filter]: readonly [Value, Value], window: Window): Value {
  const channels = filter.shape.at(-2)!;
  const dx = spread(g, [toChannelsFirst(g, dy, window), filterFirst(g, filter)], { window, channels });
  return fromChannelsFirst(g, dx, window);
}

interface Conv2DLike {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

function window2D(input: readonly number[], filter: readonly number[], { attributes, depthwise = false }: { attributes: Conv2DLike; depthwise?: boolean }): Window {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  const format = backend_util.convertConv2DDataFormat(dataFormat);
  const shapes = [[...input] as Shape4, [...filter] as Shape4] as const;
  return windowOf(backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, depthwise, format));
}

/** Shared with the fused kernels, which add a bias and an activation. */
export const conv2D: Rule<tf.Conv2DAttrs> = ({ x, filter }, attributes, g) =>
  convolve(g, [x!, filterFirst(g, filter!)], { window: window2D(x!.shape, filter!.shape, { attributes }) });

export const depthwiseConv2D: Rule<tf.DepthwiseConv2dNativeAttrs> = ({ x, filter }, attributes, g) => {
  const window = window2D(x!.shape, filter!.shape, { attributes, depthwise: true });
  return convolve(g, [x!, depthwiseFilter(g, filter!)], { window, groups: filter!.shape[2]! });
};

const conv2DBackpropFilter: Rule<tf.Conv2DBackpropFilterAttrs> = ({ x, dy }, attributes, g) =>
  filterGradient(g, [x!, dy!], window2D(x!.shape, attributes.filterShape, { attributes }));

const conv2DBackpropInput: Rule<tf.Conv2DBackpropInputAttrs> = ({ dy, filter }, attributes, g) =>
  inputGradient(g, [dy!, filter!], window2D(attributes.inputShape, filter!.shape, { attributes }));

const depthwiseBackpropInput: Rule<tf.DepthwiseConv2dNativeBackpropInputAttrs> = ({ dy, filter }, attributes, g) => {
  const window = window2D(attributes.inputShape, filter!.shape, { attributes, depthwise: true });
  const channels = filter!.shape[2]!;
  const dx = spread(g, [toChannelsFirst(g, dy!, window), depthwiseFilter(g, filter!)], { window, groups: channels, channels });
  return fromChannelsFirst(g, dx, window);
};

const depthwiseBackpropFilter: Rule<tf.DepthwiseConv2dNativeBackpropFilterAttrs> = ({ x, dy }, attributes, g) => {
  const { filterShape } = attributes;
  const window = window2D(x!.shape, filterShape, { attributes, depthwise: true });
  const channels = filterShape[2];
  const images = swapFirst(g, toChannelsFirst(g, x!, window));
  const grouped = reshape(g, images, [1, channels * x!.shape[0]!, ...window.input]);
  const gradient = correlate(g, [grouped, swapFirst(g, toChannelsFirst(g, dy!, window))], { window, groups: channels });
  return transpose(g, reshape(g, gradient, [channels, filterShape[3], ...window.kernel]), [2, 3, 0, 1]);
};

interface Conv3DLike {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same';
  readonly dilations?: [number, number, number] | number;
}

/** TensorFlow.js has three spatial axes with channels last only. */
const window3D = (input: readonly number[], filter: readonly number[], { strides, pad, dilations = 1 }: Conv3DLike): Window =>
  windowOf(backend_util.computeConv3DInfo([...input] as Shape5, [...filter] as Shape5, strides, dilations, pad));

const conv3D: Rule<tf.Conv3DAttrs> = ({ x, filter }, attributes, g) =>
  convolve(g, [x!, filterFirst(g, filter!)], { window: window3D(x!.shape, filter!.shape, attributes) });
const conv3DBackpropFilter: Rule<tf.Conv3DBackpropFilterV2Attrs> = ({ x, dy }, attributes, g) =>
  filterGradient(g, [x!, dy!], window3D(x!.shape, attributes.filterShape, attributes));
const conv3DBackpropInput: Rule<tf.Conv3DBackpropInputV2Attrs> = ({ dy, filter }, attributes, g) =>
  inputGradient(g, [dy!, filter!], window3D(attributes.inputShape, filter!.shape, attributes));

/** Convolutions and their gradients. */
export const convolutions = {
  Conv2D: conv2D,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv3D: conv3D,
  Conv3DBackpropFilterV2: conv3DBackpropFilter,
  Conv3DBackpropInputV2: conv3DBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2D,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
};
