import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sizeOf } from '../values.js';
import { binary, cast, fill, reduce, reshape, slice } from './emit.js';
import type { Rule } from './rule.js';

/**
 * How often each of 0 .. size - 1 occurs in each row, or the sum of the weights there. Larger values count nowhere;
 * negative ones, which TensorFlow.js refuses, as well.
 *
 * @param x  int32 [rows, n]
 * @param updates  [rows, n]
 * @returns [rows, size]
 */
function countRows(g: GraphBuilder, [x, updates]: readonly [Value, Value], { size, reduction }: { size: number; reduction: 'add' | 'max' }): Value {
  const [rows, n] = x.shape as [number, number];
  const number = (value: number) => g.scalar(value, 'int32');
  // One more place at the end takes what counts nowhere.
  const known = binary(g, 'And', [binary(g, 'Less', [x, number(size)], 'bool'), binary(g, 'GreaterOrEqual', [x, number(0)], 'bool')], 'bool');
  const places = g.add('Where', [known, x, number(size)], { dtype: 'int32', shape: [rows, n] });
  const table = fill(g, 0, { dtype: updates.dtype as 'float32', shape: [rows, size + 1] });
  const attributes = { axis: { int: 1 }, reduction: { string: reduction } };
  const counted = g.add('ScatterElements', [table, places, updates], table, { attributes });
  return slice(g, counted, { begin: [0, 0], end: [rows, size], shape: [rows, size] });
}

const bincount: Rule<tf.DenseBincountAttrs> = ({ x, weights }, { size, binaryOutput = false }, g) => {
  const rows = x!.shape.length === 2 ? x!.shape[0]! : 1;
  const shape = [rows, sizeOf(x!.shape) / rows];
  const dtype = weights!.dtype as 'float32' | 'int32';
  const weighted = sizeOf(weights!.shape) > 0 && !binaryOutput;
  const updates = weighted ? reshape(g, weights!, shape) : fill(g, 1, { dtype, shape });
  const values = cast(g, reshape(g, x!, shape), 'int32');
  const counts = countRows(g, [values, updates], { size, reduction: binaryOutput ? 'max' : 'add' });
  return reshape(g, counts, [...x!.shape.slice(0, -1), size]);
};

/** Where values would be inserted into a sorted row: the number of elements below them (left), or not above (right). */
const searchSorted: Rule<tf.SearchSortedAttrs> = ({ sortedSequence, values }, { side }, g) => {
  const [rows, n] = sortedSequence!.shape as [number, number];
  const m = values!.shape[1]!;
  const pair = [reshape(g, sortedSequence!, [rows, 1, n]), reshape(g, values!, [rows, m, 1])] as const;
  const before = binary(g, side === 'left' ? 'Less' : 'LessOrEqual', pair, 'bool');
  return reduce(g, 'ReduceSum', cast(g, before, 'int32'), { axes: [2] });
};

/** The shape to which two shapes broadcast: where one says 1, the other decides. */
const broadcastArgs: Rule<unknown> = ({ s0, s1 }, _, g) => {
  const rank = Math.max(s0!.shape[0]!, s1!.shape[0]!);
  const [a, b] = [s0!, s1!].map((s) => {
    const lead = fill(g, 1, { dtype: 'int32', shape: [rank - s.shape[0]!] });
    if (lead.shape[0] === 0) return s;
    return g.add('Concat', [lead, s], { dtype: 'int32', shape: [rank] }, { attributes: { axis: { int: 0 } } });
  }) as [Value, Value];
  const one = binary(g, 'Equal', [a, g.scalar(1, 'int32')], 'bool');
  return g.add('Where', [one, b, a], { dtype: 'int32', shape: [rank] });
};

const bitwiseAnd: Rule<unknown> = ({ a, b }, _, g) => binary(g, 'BitwiseAnd', [a!, b!]);

const diag: Rule<unknown> = ({ x }, _, g) => {
  const n = sizeOf(x!.shape);
  const eye = g.constant(Uint8Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)), [n, n], 'bool');
  const zero = g.scalar(0, x!.dtype as 'float32');
  const square = g.add('Where', [eye, reshape(g, x!, [n, 1]), zero], { dtype: x!.dtype, shape: [n, n] });
  return reshape(g, square, [...x!.shape, ...x!.shape]);
};

/** Counting, searching, and the few kernels on whole numbers. */
export const counting = {
  Bincount: bincount,
  BitwiseAnd: bitwiseAnd,
  BroadcastArgs: broadcastArgs,
  DenseBincount: bincount,
  Diag: diag,
  SearchSorted: searchSorted,
};
