import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder, NodeOptions } from '../graph/builder.js';
import { elementTypes, type GraphDType, type Value } from '../graph/graph.js';
import { sizeOf } from '../values.js';

/** Shorthands by which rules add operators; each leaves out what changes nothing. */

const sameShape = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((n, i) => n === b[i]);

export function reshape(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  const producer = g.producerOf(x);
  // A reshape whose shape the program computes is there to wait for it (trace/hold.ts).
  if (producer?.op === 'Reshape' && g.constantOf(producer.inputs[1]!)) return reshape(g, producer.inputs[0]!, shape);
  const constant = g.constantOf(x);
  if (constant) return g.reshaped(constant, shape);
  // A 0 stands for the input's own length unless ONNX is told otherwise.
  const attributes = shape.includes(0) ? { attributes: { allowzero: { int: 1 } } } : {};
  return g.add('Reshape', [x, g.int64s(shape)], { dtype: x.dtype, shape }, attributes);
}

export function transpose(g: GraphBuilder, x: Value, perm: readonly number[]): Value {
  if (perm.every((from, to) => from === to)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  // Only axes of length one change places: the numbers stay where they are.
  if (moved.every((axis, i) => i === 0 || moved[i - 1]! < axis)) return reshape(g, x, shape);
  const producer = g.producerOf(x);
  if (producer?.op === 'Transpose') {
    const inner = (producer.attributes.perm as { ints: readonly number[] }).ints;
    return transpose(g, producer.inputs[0]!, perm.map((axis) => inner[axis]!));
  }
  return g.add('Transpose', [x], { dtype: x.dtype, shape }, { attributes: { perm: { ints: perm } } });
}

export function cast(g: GraphBuilder, x: Value, dtype: GraphDType): Value {
  if (x.dtype === dtype) return x;
  return g.add('Cast', [x], { dtype, shape: x.shape }, { attributes: { to: { int: elementTypes[dtype].code } } });
}

export function unary(g: GraphBuilder, op: string, x: Value, options: NodeOptions & { dtype?: GraphDType } = {}): Value {
  return g.add(op, [x], { dtype: options.dtype ?? x.dtype, shape: x.shape }, options);
}

/** An elementwise operator with broadcasting. */
export function binary(g: GraphBuilder, op: string, [a, b]: readonly [Value, Value], dtype: GraphDType = a.dtype): Value {
  const shape = backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  const neutral = { Mul: 1, Div: 1, Add: 0, Sub: 0 }[op];
  if (neutral !== undefined) {
    if (isFilledWith(g, b, neutral) && sameShape(a.shape, shape)) return a;
    if (isFilledWith(g, a, neutral) && sameShape(b.shape, shape) && (op === 'Mul' || op === 'Add')) return b;
  }
  return g.add(op, [a, b], { dtype, shape });
}

function isFilledWith(g: GraphBuilder, x: Value, number: number): boolean {
  const data = g.dataOf(x);
  return data !== undefined && data.length <= 16 && data.every((n) => Number(n) === number);
}

/** A tensor of one repeated number. Small ones are constants; large ones are made when the program runs. */
export function fill(g: GraphBuilder, number: number, { dtype, shape }: { dtype: 'float32' | 'int32' | 'bool'; shape: readonly number[] }): Value {
  const scalar = g.scalar(number, dtype);
  if (shape.length === 0) return scalar;
  return sizeOf(shape) === 0 ? g.constant(new (dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array)(0), shape, dtype) : expand(g, scalar, shape);
}

export function expand(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  return g.add('Expand', [x, g.int64s(shape)], { dtype: x.dtype, shape });
}

export interface ReduceOptions {
  readonly axes: readonly number[];
  readonly keepDims?: boolean;
}

export function reduce(g: GraphBuilder, op: string, x: Value, { axes, keepDims = false }: ReduceOptions): Value {
  const shape = x.shape.flatMap((n, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [n]));
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(g, x, shape);
  return g.add(op, [x, g.int64s(axes)], { dtype: x.dtype, shape }, { attributes: { keepdims: { int: keepDims ? 1 : 0 } } });
}

export interface SliceOptions {
  readonly begin: readonly number[];
  /** One past the last; with a negative step, one before the last. */
  readonly end: readonly number[];
  readonly steps?: readonly number[];
  readonly shape: readonly number[];
}

export function slice(g: GraphBuilder, x: Value, { begin, end, steps, shape }: SliceOptions): Value {
  if (sameShape(x.shape, shape) && (steps ?? []).every((step) => step === 1)) return x;
  const axes = begin.map((_, axis) => axis);
  const inputs = [x, g.int64s(begin), g.int64s(end), g.int64s(axes), ...(steps ? [g.int64s(steps)] : [])];
  return g.add('Slice', inputs, { dtype: x.dtype, shape });
}

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** Matrix product over the last two axes, with broadcasting over the others. */
export function matMul(g: GraphBuilder, [a, b]: readonly [Value, Value], { transposeA = false, transposeB = false }: MatMulOptions = {}): Value {
  if (a.dtype !== 'float32' && (transposeA || transposeB)) {
    // Only products of float32 read a side transposed.
    return matMul(g, [transposeA ? swapLast(g, a) : a, transposeB ? swapLast(g, b) : b]);
  }
  const swapped = a.dtype === 'float32' && beforeSwap(g, b);
  // What follows looks for constants on the right (graph/stagger.ts, runtimes): let it see what was transposed.
  if (swapped) return matMul(g, [a, swapped], { transposeA, transposeB: !transposeB });
  const [rowsA, colsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, colsB] = b.shape.slice(-2) as [number, number];
  const rows = transposeA ? colsA : rowsA;
  const columns = transposeB ? rowsB : colsB;
  const batch = backend_util.assertAndGetBroadcastShape([...a.shape.slice(0, -2)], [...b.shape.slice(0, -2)]);
  const shape = [...batch, rows, columns];
  const inner = transposeA ? rowsA : colsA;
  if (sizeOf(b.shape.slice(0, -2)) === 1 && !transposeA) {
    // One matrix on the right serves every row on the left: a single plain product.
    const flat = [reshape(g, a, [sizeOf(a.shape.slice(0, -1)), inner]), reshape(g, b, [rowsB, colsB])] as const;
    return reshape(g, gemm(g, flat, { transposeB }), shape);
  }
  if (sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1) {
    return reshape(g, gemm(g, [reshape(g, a, [rowsA, colsA]), reshape(g, b, [rowsB, colsB])], { transposeA, transposeB }), shape);
  }
  if (!transposeA && !transposeB) return g.add('MatMul', [a, b], { dtype: a.dtype, shape });
  const attributes = { transA: { int: transposeA ? 1 : 0 }, transB: { int: transposeB ? 1 : 0 } };
  return g.add('FusedMatMul', [a, b], { dtype: a.dtype, shape }, { domain: 'com.microsoft', attributes });
}

const swapOf = ({ shape: { length } }: Value): number[] => Array.from({ length }, (_, axis) => (axis < length - 2 ? axis : 2 * length - 3 - axis));
const swapLast = (g: GraphBuilder, x: Value): Value => transpose(g, x, swapOf(x));

/** What a value was before its last two axes changed places, if nothing else happened to it. */
function beforeSwap(g: GraphBuilder, x: Value): Value | undefined {
  const producer = g.producerOf(x);
  const perm = producer?.op === 'Transpose' ? (producer.attributes.perm as { ints: readonly number[] }).ints : [];
  return perm.length > 0 && sameShape(perm, swapOf(x)) ? producer!.inputs[0] : undefined;
}

function gemm(g: GraphBuilder, [a, b]: readonly [Value, Value], { transposeA = false, transposeB = false }: MatMulOptions): Value {
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
  if (!transposeA && !transposeB) return g.add('MatMul', [a, b], { dtype: a.dtype, shape });
  const attributes = { transA: { int: transposeA ? 1 : 0 }, transB: { int: transposeB ? 1 : 0 } };
  return g.add('Gemm', [a, b], { dtype: a.dtype, shape }, { attributes });
}
