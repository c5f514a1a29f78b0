import type { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Attribute, Value } from '../graph/graph.js';
import { transpose } from './emit.js';

/**
 * The sliding window of a convolution or pooling, in two or three spatial axes.
 * Channels stand first inside ONNX: [N, C, ...space]; TensorFlow.js has them last unless told otherwise.
 */
export interface Window {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padBefore: readonly number[];
  readonly channelsFirst: boolean;
}

const isSpatial3D = (info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): info is backend_util.Conv3DInfo => 'inDepth' in info;

/** Reads the geometry that TensorFlow.js computed. */
export function windowOf(info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Window {
  const deep = isSpatial3D(info);
  const axes = <T>(depth: T | undefined, height: T, width: T): T[] => (deep ? [depth as T, height, width] : [height, width]);
  const d = deep ? info : undefined;
  return {
    input: axes(d?.inDepth, info.inHeight, info.inWidth),
    output: axes(d?.outDepth, info.outHeight, info.outWidth),
    kernel: axes(d?.filterDepth, info.filterHeight, info.filterWidth),
    strides: axes(d?.strideDepth, info.strideHeight, info.strideWidth),
    dilations: axes(d?.dilationDepth, info.dilationHeight, info.dilationWidth),
    padBefore: axes(d?.padInfo.front, info.padInfo.top, info.padInfo.left),
    channelsFirst: info.dataFormat === 'channelsFirst',
  };
}

/** Elements past the end that the last window covers; negative where the last elements are in no window. */
export function overhang({ input, output, kernel, strides, dilations, padBefore }: Window): number[] {
  return input.map((n, i) => (output[i]! - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - padBefore[i]! - n);
}

/** Padding as ONNX writes it: all axes before, then all axes after. */
export function pads(window: Window): readonly number[] {
  return [...window.padBefore, ...overhang(window).map((n) => Math.max(0, n))];
}

export function windowAttributes(window: Window): Record<string, Attribute> {
  return {
    kernel_shape: { ints: window.kernel },
    strides: { ints: window.strides },
    pads: { ints: pads(window) },
  };
}

/** [N, ...space, C] to [N, C, ...space], unless channels are first already. */
export function toChannelsFirst(g: GraphBuilder, x: Value, { channelsFirst }: Window): Value {
  const rank = x.shape.length;
  if (channelsFirst) return x;
  return transpose(g, x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** The inverse of {@link toChannelsFirst}. */
export function fromChannelsFirst(g: GraphBuilder, x: Value, { channelsFirst }: Window): Value {
  const rank = x.shape.length;
  if (channelsFirst) return x;
  return transpose(g, x, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

export interface SpreadOptions {
  readonly window: Window;
  readonly groups?: number;
  readonly channels: number;
}

/**
 * The transposed convolution: spreads each output position over its window, the gradient of a convolution by its input.
 *
 * @param dy  [N, channels out, ...output]
 * @param filter  [channels out, channels in / groups, ...kernel]
 * @returns [N, channels, ...input]
 */
export function spread(g: GraphBuilder, [dy, filter]: readonly [Value, Value], { window, groups = 1, channels }: SpreadOptions): Value {
  const attributes = {
    ...windowAttributes(window),
    dilations: { ints: window.dilations },
    // Elements in no window get their zeros as ConvTranspose's extra padding of the output.
    output_padding: { ints: overhang(window).map((n) => Math.max(0, -n)) },
    group: { int: groups },
  };
  return g.add('ConvTranspose', [dy, filter], { dtype: dy.dtype, shape: [dy.shape[0]!, channels, ...window.input] }, { attributes });
}
