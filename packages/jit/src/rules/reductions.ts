import type * as tf from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { binary, cast, reduce, unary, type ReduceOptions } from './emit.js';
import type { Rule } from './rule.js';

const axesOf = (axis: number | number[] | undefined, x: Value): number[] =>
  util.parseAxisParam(axis ?? x.shape.map((_, i) => i), [...x.shape]);

interface AxisAttrs {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

export interface ReductionAttrs {
  readonly reductionIndices: number | number[];
  readonly keepDims: boolean;
  /** Of our own: set where the caller sees a NaN in another way (ops/largest.ts). */
  readonly mayLoseNaN?: boolean;
}

const byAxis = (op: string): Rule<AxisAttrs> => ({ x }, { axis, keepDims }, g) => reduce(g, op, x!, { axes: axesOf(axis, x!), keepDims });

/**
 * The largest or smallest number, NaN if there is one: ReduceMax and ReduceMin may lose it (microsoft/onnxruntime issue 10514).
 * The sum of sizes does not, and no number lies beyond it.
 */
function extreme(g: GraphBuilder, x: Value, { largest, ...options }: ReduceOptions & { largest: boolean }): Value {
  const found = reduce(g, largest ? 'ReduceMax' : 'ReduceMin', x, options);
  if (x.dtype !== 'float32' || options.axes.every((axis) => x.shape[axis] === 1)) return found;
  const bound = reduce(g, 'ReduceL1', x, options);
  return largest ? binary(g, 'Max', [found, unary(g, 'Neg', bound)]) : binary(g, 'Min', [found, bound]);
}

const max: Rule<ReductionAttrs> = ({ x }, { reductionIndices, keepDims, mayLoseNaN = false }, g) => {
  const options = { axes: axesOf(reductionIndices, x!), keepDims };
  return mayLoseNaN ? reduce(g, 'ReduceMax', x!, options) : extreme(g, x!, { ...options, largest: true });
};
const min: Rule<AxisAttrs> = ({ x }, { axis, keepDims }, g) => extreme(g, x!, { axes: axesOf(axis, x!), keepDims, largest: false });

/** float32 of whole numbers and truths too. */
const mean: Rule<AxisAttrs> = ({ x }, attributes, g) => byAxis('ReduceMean')({ x: cast(g, x!, 'float32') }, attributes, g);

/** all and any, as the smallest and largest of zeros and ones. */
const byTruth = (op: string): Rule<AxisAttrs> => ({ x }, { axis, keepDims }, g) =>
  cast(g, reduce(g, op, cast(g, x!, 'int32'), { axes: axesOf(axis, x!), keepDims }), 'bool');

const arg = (op: string): Rule<tf.ArgMaxAttrs> => ({ x }, { axis }, g) => {
  const at = axesOf(axis, x!)[0]!;
  const shape = x!.shape.filter((_, i) => i !== at);
  const attributes = { axis: { int: at }, keepdims: { int: 0 } };
  return cast(g, g.add(op, [x!], { dtype: 'int64', shape }, { attributes }), 'int32');
};

/** Cumulative sum or product along an axis; ONNX has only the sum, so the product unrolls. */
const cumulative = (combine: 'sum' | 'product'): Rule<tf.CumsumAttrs> => ({ x }, { axis, exclusive, reverse }, g) => {
  const at = axesOf(axis, x!)[0]!;
  if (combine === 'product') return cumulativeProduct(g, x!, { axis: at, exclusive, reverse });
  const attributes = { exclusive: { int: exclusive ? 1 : 0 }, reverse: { int: reverse ? 1 : 0 } };
  return g.add('CumSum', [x!, g.constant(BigInt64Array.of(BigInt(at)), [], 'int64')], x!, { attributes });
};

function cumulativeProduct(g: GraphBuilder, x: Value, { axis, exclusive, reverse }: { axis: number; exclusive: boolean; reverse: boolean }): Value {
  const n = x.shape[axis]!;
  const partShape = x.shape.map((size, i) => (i === axis ? 1 : size));
  const parts = g.addMany('Split', [x], Array.from({ length: n }, () => ({ dtype: x.dtype, shape: partShape })), {
    attributes: { axis: { int: axis }, num_outputs: { int: n } },
  });
  const ordered = reverse ? [...parts].reverse() : parts;
  const one = g.add('Expand', [g.scalar(1, x.dtype as 'float32'), g.int64s(partShape)], { dtype: x.dtype, shape: partShape });
  const products: Value[] = [];
  ordered.reduce((product, part) => {
    const next = binary(g, 'Mul', [product, part]);
    products.push(exclusive ? product : next);
    return next;
  }, one);
  if (reverse) products.reverse();
  return g.add('Concat', products, { dtype: x.dtype, shape: x.shape }, { attributes: { axis: { int: axis } } });
}

const softmax: Rule<tf.SoftmaxAttrs> = ({ logits }, { dim }, g) => unary(g, 'Softmax', logits!, { attributes: { axis: { int: dim } } });
const logSoftmax: Rule<tf.LogSoftmaxAttrs> = ({ logits }, { axis }, g) => unary(g, 'LogSoftmax', logits!, { attributes: { axis: { int: axis } } });

const topK: Rule<tf.TopKAttrs> = ({ x }, { k, sorted }, g) => {
  const shape = [...x!.shape.slice(0, -1), k];
  const attributes = { sorted: { int: sorted ? 1 : 0 } };
  const [values, indices] = g.addMany('TopK', [x!, g.int64s([k])], [{ dtype: x!.dtype, shape }, { dtype: 'int64', shape }], { attributes });
  return [values!, cast(g, indices!, 'int32')];
};

/** Kernels that fold an axis into one number, or run along it. */
export const reductions = {
  All: byTruth('ReduceMin'),
  Any: byTruth('ReduceMax'),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumprod: cumulative('product'),
  Cumsum: cumulative('sum'),
  LogSoftmax: logSoftmax,
  Max: max,
  Mean: mean,
  Min: min,
  Prod: byAxis('ReduceProd'),
  Softmax: softmax,
  Sum: byAxis('ReduceSum'),
  TopK: topK,
};
