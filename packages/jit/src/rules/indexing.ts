import type * as tf from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sizeOf } from '../values.js';
import { binary, cast, expand, fill, reduce, reshape, transpose } from './emit.js';
import type { Rule } from './rule.js';

const gatherV2: Rule<tf.GatherV2Attrs> = ({ x, indices }, { axis, batchDims }, g) => {
  const at = util.parseAxisParam(axis, [...x!.shape])[0]!;
  const batch = batchDims < 0 ? batchDims + indices!.shape.length : batchDims;
  if (batch > 0) return batchedGather(g, [x!, indices!], { axis: at, batchDims: batch });
  const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)];
  return g.add('Gather', [x!, indices!], { dtype: x!.dtype, shape }, { attributes: { axis: { int: at } } });
};

/** Gathers along an axis separately in each element of the leading batch axes, by shifting indices into one long axis. */
function batchedGather(g: GraphBuilder, [x, indices]: readonly [Value, Value], { axis, batchDims }: { axis: number; batchDims: number }): Value {
  const batch = x.shape.slice(0, batchDims);
  const between = x.shape.slice(batchDims, axis);
  const n = x.shape[axis]!;
  const inner = x.shape.slice(axis + 1);
  const picked = indices.shape.slice(batchDims);
  const [B, M, I, K] = [batch, between, inner, picked].map(sizeOf) as [number, number, number, number];
  const rows = reshape(g, transpose(g, reshape(g, x, [B, M, n, I]), [0, 2, 1, 3]), [B * n, M * I]);
  const starts = g.constant(Int32Array.from({ length: B }, (_, b) => b * n), [B, 1], 'int32');
  const flat = binary(g, 'Add', [reshape(g, indices, [B, K]), starts]);
  const found = g.add('Gather', [rows, flat], { dtype: x.dtype, shape: [B, K, M * I] }, { attributes: { axis: { int: 0 } } });
  return reshape(g, transpose(g, reshape(g, found, [B, K, M, I]), [0, 2, 1, 3]), [...batch, ...between, ...picked, ...inner]);
}

const gatherNd: Rule<unknown> = ({ params, indices }, _, g) => {
  const depth = indices!.shape.at(-1)!;
  const shape = [...indices!.shape.slice(0, -1), ...params!.shape.slice(depth)];
  return g.add('GatherND', [params!, cast(g, indices!, 'int64')], { dtype: params!.dtype, shape });
};

/**
 * Sums rows by their place in a table of zeros. ScatterND could too, but ONNX Runtime adds there from several threads at
 * once, and loses numbers where a place comes twice (microsoft/onnxruntime issue 18048).
 *
 * @param ids  int32 [n], or as many in another shape
 * @param rows  [n, ...rest]
 * @param count  length of the table
 * @returns [count, ...rest]
 */
function sumAt(g: GraphBuilder, [ids, rows]: readonly [Value, Value], count: number): Value {
  const [n, ...rest] = rows.shape as [number, ...number[]];
  const table = fill(g, 0, { dtype: rows.dtype as 'float32', shape: [count, ...rest] });
  const places = expand(g, reshape(g, ids, [n, ...rest.map(() => 1)]), rows.shape);
  return g.add('ScatterElements', [table, places, rows], table, { attributes: { axis: { int: 0 }, reduction: { string: 'add' } } });
}

const scatterNd: Rule<tf.ScatterNdAttrs> = ({ indices, updates }, { shape }, g) => {
  const depth = indices!.shape.length > 1 ? indices!.shape.at(-1)! : 1;
  const n = sizeOf(indices!.shape) / depth;
  const [lead, rest] = [shape.slice(0, depth), shape.slice(depth)];
  const strides = g.constant(Int32Array.from(lead, (_, axis) => sizeOf(lead.slice(axis + 1))), [depth], 'int32');
  const ids = reduce(g, 'ReduceSum', binary(g, 'Mul', [reshape(g, indices!, [n, depth]), strides]), { axes: [1] });
  return reshape(g, sumAt(g, [ids, reshape(g, updates!, [n, ...rest])], sizeOf(lead)), shape);
};

/** Puts updates into a tensor; of those with the same index, one is seen. */
function scatter(g: GraphBuilder, into: Value, [indices, updates]: readonly [Value, Value]): Value {
  return g.add('ScatterND', [into, cast(g, indices, 'int64'), updates], { dtype: into.dtype, shape: into.shape });
}

const tensorScatterUpdate: Rule<unknown> = ({ tensor, indices, updates }, _, g) => scatter(g, tensor!, [indices!, updates!]);

const sparseToDense: Rule<tf.SparseToDenseAttrs> = ({ sparseIndices, sparseValues, defaultValue }, { outputShape }, g) => {
  const depth = outputShape.length;
  const n = sizeOf(sparseIndices!.shape) / depth;
  const base = g.add('Expand', [reshape(g, defaultValue!, []), g.int64s(outputShape)], { dtype: sparseValues!.dtype, shape: outputShape });
  const values = g.add('Expand', [sparseValues!, g.int64s([n])], { dtype: sparseValues!.dtype, shape: [n] });
  return scatter(g, base, [reshape(g, sparseIndices!, [n, depth]), values]);
};

/** Sums rows by segment: the gradient of a lookup. Rows of a negative segment are left out, as TensorFlow.js does. */
const unsortedSegmentSum: Rule<tf.UnsortedSegmentSumAttrs> = ({ x, segmentIds }, { numSegments }, g) => {
  const rest = x!.shape.slice(segmentIds!.shape.length);
  const rows = reshape(g, x!, [sizeOf(segmentIds!.shape), ...rest]);
  // One more row at the end takes what belongs nowhere; negative indices count from the back.
  const clipped = g.add('Max', [segmentIds!, g.scalar(-1, 'int32')], { dtype: 'int32', shape: segmentIds!.shape });
  const sums = sumAt(g, [clipped, rows], numSegments + 1);
  const starts = [g.int64s([0]), g.int64s([numSegments]), g.int64s([0])];
  return g.add('Slice', [sums, ...starts], { dtype: x!.dtype, shape: [numSegments, ...rest] });
};

/** Kernels that read or write at positions given by other tensors. */
export const indexing = {
  GatherNd: gatherNd,
  GatherV2: gatherV2,
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
  UnsortedSegmentSum: unsortedSegmentSum,
};
