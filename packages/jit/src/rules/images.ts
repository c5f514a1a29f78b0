import type * as tf from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { cast, reshape, slice, transpose } from './emit.js';
import type { Rule } from './rule.js';
import { shapes } from './shapes.js';

type Resize = tf.ResizeBilinearAttrs;
/** Source elements of one resized element and their weights. */
type Taps = readonly (readonly [index: number, weight: number])[];

function bilinearTaps(position: number, n: number, halfPixel: boolean, ratio: number): Taps {
  const at = halfPixel ? ratio * (position + 0.5) - 0.5 : ratio * position;
  const low = Math.max(0, Math.floor(at));
  const high = Math.min(n - 1, Math.ceil(at));
  return [[low, 1 - (at - low)], [high, at - low]];
}

function nearestTaps(position: number, n: number, { alignCorners, halfPixelCenters }: Resize, ratio: number): Taps {
  const at = ratio * (halfPixelCenters ? position + 0.5 : position);
  return [[Math.max(0, Math.min(n - 1, alignCorners ? Math.round(at) : Math.floor(at))), 1]];
}

type Method = (position: number, n: number, attributes: Resize, ratio: number) => Taps;
const bilinear: Method = (position, n, { halfPixelCenters }, ratio) => bilinearTaps(position, n, halfPixelCenters, ratio);

/** Resizing along one axis is linear: the matrix [to, from] whose rows hold the taps. */
function resizeMatrix(from: number, to: number, method: Method, attributes: Resize): Float32Array {
  const matrix = new Float32Array(to * from);
  const corners = attributes.alignCorners && to > 1;
  const ratio = corners ? (from - 1) / (to - 1) : from / to;
  for (let i = 0; i < to; i++) for (const [j, weight] of method(i, from, attributes, ratio)) matrix[i * from + j]! += weight;
  return matrix;
}

const transposed = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);

/** Multiplies axes 1 and 2 of [N, H, W, C] with matrices [H', H] and [W', W]. */
function alongAxes(g: GraphBuilder, x: Value, [rows, columns]: readonly [Value, Value]): Value {
  const [N, H, , C] = x.shape as [number, number, number, number];
  const [newH, newW] = [rows.shape[0]!, columns.shape[0]!];
  const wide = g.add('MatMul', [columns, x], { dtype: x.dtype, shape: [N, H, newW, C] });
  const flat = reshape(g, wide, [N, H, newW * C]);
  return reshape(g, g.add('MatMul', [rows, flat], { dtype: x.dtype, shape: [N, newH, newW * C] }), [N, newH, newW, C]);
}

function matrices(g: GraphBuilder, from: readonly number[], { method, attributes, backward }: { method: Method; attributes: Resize; backward: boolean }) {
  return attributes.size.map((to, axis) => {
    const n = from[axis + 1]!;
    const matrix = resizeMatrix(n, to, method, attributes);
    return backward ? g.constant(transposed(matrix, to, n), [n, to], 'float32') : g.constant(matrix, [to, n], 'float32');
  }) as [Value, Value];
}

const resize = (method: Method): Rule<Resize> => ({ images }, attributes, g) =>
  alongAxes(g, cast(g, images!, 'float32'), matrices(g, images!.shape, { method, attributes, backward: false }));

/** The transpose of the linear map that the resizing is. */
const resizeGrad = (method: Method): Rule<Resize> => ({ images, dy }, attributes, g) => {
  const [height, width] = dy!.shape.slice(1, 3) as [number, number];
  return alongAxes(g, dy!, matrices(g, images!.shape, { method, attributes: { ...attributes, size: [height, width] }, backward: true }));
};

const flipLeftRight: Rule<unknown> = ({ image }, _, g) => shapes.Reverse({ x: image! }, { dims: [2] }, g);

/** [N, H, W, b b D] to [N, H b, W b, D]. */
const depthToSpace: Rule<tf.DepthToSpaceAttrs> = ({ x }, { blockSize: b }, g) => {
  const [N, H, W, C] = x!.shape as [number, number, number, number];
  const D = C / (b * b);
  return reshape(g, transpose(g, reshape(g, x!, [N, H, W, b, b, D]), [0, 1, 3, 2, 4, 5]), [N, H * b, W * b, D]);
};

const batchToSpace: Rule<tf.BatchToSpaceNDAttrs> = ({ x }, { blockShape, crops }, g) => {
  const blocks = blockShape.reduce((product, n) => product * n, 1);
  const split = backend_util.getReshaped([...x!.shape], blockShape, blocks);
  const order = backend_util.getPermuted(split.length, blockShape.length);
  const joined = backend_util.getReshapedPermuted([...x!.shape], blockShape, blocks);
  const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
  const shape = backend_util.getSliceSize(joined, crops, blockShape.length);
  const whole = reshape(g, transpose(g, reshape(g, x!, split), order), joined);
  const all = (values: readonly number[]) => joined.map((_, axis) => values[axis] ?? 0);
  const sizes = joined.map((n, axis) => shape[axis] ?? n);
  return slice(g, whole, { begin: all(begin), end: all(begin).map((start, axis) => start + sizes[axis]!), shape: sizes });
};

const spaceToBatch: Rule<tf.SpaceToBatchNDAttrs> = ({ x }, { blockShape, paddings }, g) => {
  const blocks = blockShape.reduce((product, n) => product * n, 1);
  const full = x!.shape.map((_, axis) => (paddings[axis - 1] ?? [0, 0]) as [number, number]);
  const padded = shapes.PadV2({ x: x! }, { paddings: full, constantValue: 0 }, g) as Value;
  const split = backend_util.getReshaped([...padded.shape], blockShape, blocks, false);
  const order = backend_util.getPermuted(split.length, blockShape.length, false);
  const joined = backend_util.getReshapedPermuted([...padded.shape], blockShape, blocks, false);
  return reshape(g, transpose(g, reshape(g, padded, split), order), joined);
};

/** Kernels on images [N, H, W, C]: resizing, and moves between space, depth and batch. */
export const images = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  FlipLeftRight: flipLeftRight,
  ResizeBilinear: resize(bilinear),
  ResizeBilinearGrad: resizeGrad(bilinear),
  ResizeNearestNeighbor: resize(nearestTaps),
  ResizeNearestNeighborGrad: resizeGrad(nearestTaps),
  SpaceToBatchND: spaceToBatch,
};
