import type * as tf from '@tensorflow/tfjs-core';
import { slice_util, util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { cast, expand, fill, reshape, slice, transpose } from './emit.js';
import type { Rule } from './rule.js';

const axisOf = (axis: number, x: Value): number => util.parseAxisParam(axis, [...x.shape])[0]!;

const reshapeRule: Rule<tf.ReshapeAttrs> = ({ x }, { shape }, g) => reshape(g, x!, util.inferFromImplicitShape(shape, util.sizeFromShape([...x!.shape])));

const expandDims: Rule<tf.ExpandDimsAttrs> = ({ input }, { dim }, g) => {
  const at = dim < 0 ? dim + input!.shape.length + 1 : dim;
  return reshape(g, input!, [...input!.shape.slice(0, at), 1, ...input!.shape.slice(at)]);
};

const transposeRule: Rule<tf.TransposeAttrs> = ({ x }, { perm }, g) => transpose(g, x!, perm);

function concat(g: GraphBuilder, parts: readonly Value[], axis: number): Value {
  const filled = parts.filter((part) => part.shape[axis] !== 0);
  if (filled.length === 1) return filled[0]!;
  const first = (filled[0] ?? parts[0])!;
  const shape = first.shape.map((n, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : n));
  return g.add('Concat', filled.length ? filled : parts, { dtype: first.dtype, shape }, { attributes: { axis: { int: axis } } });
}

const concatRule: Rule<tf.ConcatAttrs> = (inputs, { axis }, g) => {
  const parts = Object.values(inputs);
  return concat(g, parts, axisOf(axis, parts[0]!));
};

const pack: Rule<tf.PackAttrs> = (inputs, { axis }, g) => {
  const parts = Object.values(inputs);
  const at = axis < 0 ? axis + parts[0]!.shape.length + 1 : axis;
  return concat(g, parts.map((x) => reshape(g, x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])), at);
};

function split(g: GraphBuilder, x: Value, { axis, sizes }: { axis: number; sizes: readonly number[] }): readonly Value[] {
  const outputs = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((n, i) => (i === axis ? size : n)) }));
  return g.addMany('Split', [x, g.int64s(sizes)], outputs, { attributes: { axis: { int: axis } } });
}

const splitV: Rule<tf.SplitVAttrs> = ({ x }, { numOrSizeSplits, axis }, g) => {
  const at = axisOf(axis, x!);
  const total = x!.shape[at]!;
  if (typeof numOrSizeSplits === 'number') {
    return split(g, x!, { axis: at, sizes: Array<number>(numOrSizeSplits).fill(total / numOrSizeSplits) });
  }
  const known = numOrSizeSplits.reduce((sum, n) => (n === -1 ? sum : sum + n), 0);
  return split(g, x!, { axis: at, sizes: numOrSizeSplits.map((n) => (n === -1 ? total - known : n)) });
};

const unpack: Rule<tf.UnpackAttrs> = ({ value }, { axis }, g) => {
  const at = axisOf(axis, value!);
  const shape = value!.shape.filter((_, i) => i !== at);
  return split(g, value!, { axis: at, sizes: Array<number>(value!.shape[at]!).fill(1) }).map((part) => reshape(g, part, shape));
};

const sliceRule: Rule<tf.SliceAttrs> = ({ x }, { begin, size }, g) => {
  const [starts, sizes] = slice_util.parseSliceParams({ shape: [...x!.shape] } as tf.Tensor, begin, size) as [number[], number[]];
  return slice(g, x!, { begin: starts, end: starts.map((start, i) => start + sizes[i]!), shape: sizes });
};

const stridedSlice: Rule<tf.StridedSliceAttrs> = ({ x }, attributes, g) => {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = slice_util.sliceInfo([...x!.shape], begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
  const steps = info.strides;
  const shape = slice_util.computeOutShape(info.begin, info.end, steps);
  // A walk backwards to the very first element ends before index 0; ONNX counts negative ends from the back, so say it far out.
  const ends = info.end.map((last, i) => (steps[i]! < 0 && last < 0 ? -Number.MAX_SAFE_INTEGER : last));
  return reshape(g, slice(g, x!, { begin: info.begin, end: ends, steps, shape }), info.finalShape);
};

const pad = (mode: string, paddings: readonly [number, number][], options: { x: Value; g: GraphBuilder; value?: Value }): Value => {
  const { x, g, value } = options;
  const shape = x.shape.map((n, i) => n + paddings[i]![0] + paddings[i]![1]);
  const pads = g.int64s([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  return g.add('Pad', [x, pads, ...(value ? [value] : [])], { dtype: x.dtype, shape }, { attributes: { mode: { string: mode } } });
};

const padV2: Rule<tf.PadV2Attrs> = ({ x }, { paddings, constantValue }, g) =>
  pad('constant', paddings, { x: x!, g, value: g.scalar(constantValue, x!.dtype as 'float32') });

const mirrorPad: Rule<tf.MirrorPadAttrs> = ({ x }, { paddings, mode }, g) => {
  if (mode === 'reflect') return pad('reflect', paddings, { x: x!, g });
  // Symmetric padding repeats the edge itself, which ONNX cannot say: gather the mirrored positions axis by axis.
  return paddings.reduce((value, [before, after], axis) => {
    const n = x!.shape[axis]!;
    const positions = Array.from({ length: before + n + after }, (_, i) => mirrored(i - before, n));
    const shape = value.shape.map((size, i) => (i === axis ? positions.length : size));
    const indices = g.constant(Int32Array.from(positions), [positions.length], 'int32');
    return g.add('Gather', [value, indices], { dtype: value.dtype, shape }, { attributes: { axis: { int: axis } } });
  }, x!);
};

const mirrored = (i: number, n: number): number => (i < 0 ? -i - 1 : i >= n ? 2 * n - 1 - i : i);

const tile: Rule<tf.TileAttrs> = ({ x }, { reps }, g) => {
  const shape = x!.shape.map((n, i) => n * reps[i]!);
  // Repeating an axis of length one is a broadcast.
  if (x!.shape.every((n, i) => n === 1 || reps[i] === 1)) return expand(g, x!, shape);
  return g.add('Tile', [x!, g.int64s(reps)], { dtype: x!.dtype, shape });
};

const broadcastTo: Rule<tf.BroadCastToAttrs> = ({ x }, { shape }, g) => expand(g, x!, shape);

const reverse: Rule<tf.ReverseAttrs> = ({ x }, { dims }, g) => {
  const axes = util.parseAxisParam(dims, [...x!.shape]);
  if (axes.length === 0) return x!;
  const all = (n: number) => g.int64s(axes.map(() => n));
  return g.add('Slice', [x!, all(-1), all(-Number.MAX_SAFE_INTEGER), g.int64s(axes), all(-1)], { dtype: x!.dtype, shape: x!.shape });
};

const oneHot: Rule<tf.OneHotAttrs> = ({ indices }, { depth, onValue, offValue, dtype = 'int32' }, g) => {
  const kind = dtype as 'float32' | 'int32' | 'bool';
  // Rows of an index out of range hold only the off value; ONNX would count negative indices from the back.
  const classes = g.constant(Int32Array.from({ length: depth }, (_, i) => i), [depth], 'int32');
  const shape = [...indices!.shape, depth];
  const hit = g.add('Equal', [reshape(g, cast(g, indices!, 'int32'), [...indices!.shape, 1]), classes], { dtype: 'bool', shape });
  return g.add('Where', [hit, g.scalar(onValue, kind), g.scalar(offValue, kind)], { dtype: kind, shape });
};

const fillRule: Rule<tf.FillAttrs> = (_, { shape, value, dtype }, g) => fill(g, value as number, { dtype: (dtype ?? 'float32') as 'float32', shape });

const sequence = (values: ArrayLike<number>, dtype: string, g: GraphBuilder): Value =>
  g.constant(dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values), [values.length], dtype as 'float32');

const range: Rule<tf.RangeAttrs> = (_, { start, stop, step, dtype }, g) =>
  sequence(Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step), dtype, g);

const linSpace: Rule<tf.LinSpaceAttrs> = (_, { start, stop, num }, g) =>
  sequence(Array.from({ length: num }, (_, i) => start + (num > 1 ? (i * (stop - start)) / (num - 1) : 0)), 'float32', g);

/** Kernels that move, repeat or lay out elements without computing on them. */
export const shapes = {
  BroadcastTo: broadcastTo,
  Concat: concatRule,
  ExpandDims: expandDims,
  Fill: fillRule,
  LinSpace: linSpace,
  MirrorPad: mirrorPad,
  OneHot: oneHot,
  Pack: pack,
  PadV2: padV2,
  Range: range,
  Reshape: reshapeRule,
  Reverse: reverse,
  Slice: sliceRule,
  SplitV: splitV,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: transposeRule,
  Unpack: unpack,
};
