import type * as tf from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sizeOf } from '../values.js';
import { binary, cast, fill, reshape, transpose } from './emit.js';
import type { Rule } from './rule.js';

const gatherV2: Rule<tf.GatherV2Attrs> = ({ x, indices }, { axis, batchDims }, g) => {
  const at = util.parseAxisParam(axis, [...x!.shape])[0]!;
  if (batchDims > 0) return batchedGather(g, [x!, indices!], { axis: at, batchDims });
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

function scatter(g: GraphBuilder, into: Value, [indices, updates]: readonly [Value, Value], reduction: 'add' | 'none'): Value {
  const attributes = { reduction: { string: reduction } };
  return g.add('ScatterND', [into, cast(g, indices, 'int64'), updates], { dtype: into.dtype, shape: into.shape }, { attributes });
}

const scatterNd: Rule<tf.ScatterNdAttrs> = ({ indices, updates }, { shape }, g) =>
  scatter(g, fill(g, 0, { dtype: updates!.dtype as 'float32', shape }), [indices!, updates!], 'add');

const tensorScatterUpdate: Rule<unknown> = ({ tensor, indices, updates }, _, g) => scatter(g, tensor!, [indices!, updates!], 'none');

const sparseToDense: Rule<tf.SparseToDenseAttrs> = ({ sparseIndices, sparseValues, defaultValue }, { outputShape }, g) => {
  const depth = outputShape.length;
  const n = sizeOf(sparseIndices!.shape) / depth;
  const base = g.add('Expand', [reshape(g, defaultValue!, []), g.int64s(outputShape)], { dtype: sparseValues!.dtype, shape: outputShape });
  const values = g.add('Expand', [sparseValues!, g.int64s([n])], { dtype: sparseValues!.dtype, shape: [n] });
  return scatter(g, base, [reshape(g, sparseIndices!, [n, depth]), values], 'none');
};

/** Sums rows by segment: the gradient of a lookup. Rows of a negative segment are left out, as TensorFlow.js does. */
const unsortedSegmentSum: Rule<tf.UnsortedSegmentSumAttrs> = ({ x, segmentIds }, { numSegments }, g) => {
  const depth = segmentIds!.shape.length;
  const rest = x!.shape.slice(depth);
  const n = sizeOf(segmentIds!.shape);
  const rows = reshape(g, x!, [n, ...rest]);
  // One more row at the end takes what belongs nowhere; negative indices count from the back.
  const table = fill(g, 0, { dtype: x!.dtype as 'float32', shape: [numSegments + 1, ...rest] });
  const clipped = g.add('Max', [segmentIds!, g.scalar(-1, 'int32')], { dtype: 'int32', shape: segmentIds!.shape });
  const sums = scatter(g, table, [reshape(g, clipped, [n, 1]), rows], 'add');
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
