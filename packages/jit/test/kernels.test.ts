/**
 * Every rule against TensorFlow.js's own cpu backend: values, and gradients where TensorFlow.js has them.
 * One row per kernel and variant; the last test fails when a rule has no row.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { eager, hostTensor, onnxRuntime, rules, type FlatFunction, type HostTensor } from '../src/index.js';

type Fn = (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
interface Case {
  readonly kernel: string;
  readonly note?: string;
  readonly fn: Fn;
  readonly inputs: readonly HostTensor[];
  /** Which inputs have a gradient to compare; all float32 inputs unless given. */
  readonly gradients?: readonly number[];
}

const rng = createRng(17);
const floats = (shape: number[], low = -2, high = 2) =>
  hostTensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => low + (high - low) * rng.uniform()), shape);
const ints = (shape: number[], low: number, high: number) =>
  hostTensor(Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => low + rng.integer(high - low)), shape, 'int32');
const bools = (shape: number[]) => hostTensor(ints(shape, 0, 2).data, shape, 'bool');
const given = (values: number[], shape: number[], dtype: 'float32' | 'int32' = 'float32') => hostTensor(values, shape, dtype);

const x23 = floats([2, 3]);
const one = (kernel: string, fn: (x: tf.Tensor) => tf.Tensor, input = x23, rest: Partial<Case> = {}): Case => ({
  kernel,
  fn: fn as Fn,
  inputs: [input],
  ...rest,
});
const two = (kernel: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, rest: Partial<Case> = {}): Case => ({
  kernel,
  fn: fn as Fn,
  inputs: [floats([2, 3], 0.5, 2), floats([3], 0.5, 2)],
  ...rest,
});
const noGrad = { gradients: [] };
const odd = given([0, -1, NaN, Infinity, -Infinity, 2], [2, 3]);
const x345 = floats([3, 4, 5]);

const cases: Case[] = [
  ...(['abs', 'asinh', 'atan', 'ceil', 'cos', 'cosh', 'erf', 'exp', 'expm1', 'floor', 'neg', 'relu', 'relu6', 'round', 'sigmoid', 'sign', 'sin', 'sinh', 'softplus', 'square', 'tan', 'tanh', 'elu', 'selu', 'zerosLike', 'onesLike', 'step'] as const).map(
    (op) => one(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op] as (x: tf.Tensor) => tf.Tensor),
  ),
  ...(['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'] as const).map((op) => one(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], floats([2, 3], 0.5, 3))),
  ...(['acos', 'asin', 'atanh'] as const).map((op) => one(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], floats([2, 3], -0.9, 0.9))),
  one('Acosh', tf.acosh, floats([2, 3], 1.1, 3)),
  one('Round', tf.round, given([0.5, 1.5, 2.5, -0.5, -1.5, 0.4], [6]), noGrad),
  one('IsNan', tf.isNaN, odd, noGrad),
  one('IsInf', tf.isInf, odd, noGrad),
  one('IsFinite', tf.isFinite, odd, noGrad),
  one('Step', (x) => tf.step(x, 0.3), given([0, -1, NaN, 3], [4]), noGrad),
  one('EluGrad', tf.elu, floats([8])),
  one('LeakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  one('ClipByValue', (x) => tf.clipByValue(x, -0.5, 0.7)),
  one('Cast', (x) => tf.cast(x, 'int32'), given([1.9, -1.9, 0, 3.2], [4]), noGrad),
  one('Cast', (x) => tf.cast(tf.cast(x, 'bool'), 'float32'), given([1.9, -1.9, 0, 0.2], [4]), { ...noGrad, note: 'to bool' }),
  one('Identity', (x) => tf.clone(x)),
  one('LogicalNot', tf.logicalNot, bools([2, 3]), noGrad),
  two('Add', tf.add),
  two('Sub', tf.sub),
  two('Multiply', tf.mul),
  two('RealDiv', tf.div),
  // TensorFlow.js's own gradients of these three forget to sum over broadcast axes, so shapes are equal here.
  ...(['maximum', 'minimum', 'squaredDifference'] as const).map((op) =>
    two(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], { inputs: [x23, floats([2, 3])] }),
  ),
  ...(['maximum', 'minimum', 'squaredDifference'] as const).map((op) =>
    two(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], { ...noGrad, note: 'broadcast' }),
  ),
  two('Pow', tf.pow),
  two('FloorDiv', tf.floorDiv, { inputs: [ints([2, 3], -9, 9), ints([3], 2, 5)], ...noGrad }),
  two('Mod', tf.mod, { inputs: [floats([2, 3], -9, 9), floats([3], 2, 5)], ...noGrad }),
  two('Atan2', tf.atan2, { inputs: [given([1, -1, 1, -1, 0, 0.5], [6]), given([1, 1, -1, -1, 0, 2], [6])], ...noGrad }),
  two('Atan2', tf.atan2),
  two('Prelu', tf.prelu, { inputs: [x23, floats([3])] }),
  { kernel: 'AddN', fn: (...x) => tf.addN(x), inputs: [x23, floats([2, 3]), floats([2, 3])] },
  ...(['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const).map((op) =>
    two(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], { inputs: [ints([3, 4], 0, 3), ints([4], 0, 3)], ...noGrad }),
  ),
  ...(['logicalAnd', 'logicalOr', 'logicalXor'] as const).map((op) =>
    two(`${op[0]!.toUpperCase()}${op.slice(1)}`, tf[op], { inputs: [bools([3, 4]), bools([4])], ...noGrad }),
  ),
  { kernel: 'Select', fn: (c, a, b) => tf.where(c!, a!, b!), inputs: [bools([2, 3]), x23, floats([2, 3])], gradients: [1, 2] },
  { kernel: 'Select', note: 'broadcast', fn: (c, a, b) => tf.where(c!, a!, b!), inputs: [bools([3]), x23, floats([2, 3])], gradients: [] },

  ...(['sum', 'mean', 'max', 'min'] as const).flatMap((op) => {
    const kernel = `${op[0]!.toUpperCase()}${op.slice(1)}`;
    const reduce = tf[op] as (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor;
    return [
      one(kernel, (x) => reduce(x, [0, 2]), x345, { note: 'axes' }),
      one(kernel, (x) => reduce(x, -1, true), x345, { note: 'keep' }),
      one(kernel, (x) => reduce(x), floats([2, 2]), { note: 'all axes' }),
    ];
  }),
  // TensorFlow.js's gradient of prod works on its chained classes only.
  one('Prod', (x) => tf.prod(x, [0, 2]), x345, { ...noGrad, note: 'axes' }),
  one('Prod', (x) => tf.prod(x, -1, true), x345, { ...noGrad, note: 'keep' }),
  one('Sum', (x) => tf.sum(x, 1), ints([3, 4], -5, 5), { ...noGrad, note: 'int32' }),
  one('All', (x) => tf.all(x, 0), bools([3, 4]), noGrad),
  one('Any', (x) => tf.any(x, 1, true), bools([3, 4]), noGrad),
  one('ArgMax', (x) => tf.argMax(x, 1), x345, noGrad),
  one('ArgMin', (x) => tf.argMin(x, -1), x345, noGrad),
  // TensorFlow.js's gradient of cumsum along an inner axis forgets to undo its transpose.
  one('Cumsum', (x) => tf.cumsum(x, 1, true, true), x345, noGrad),
  one('Cumsum', (x) => tf.cumsum(x, 2), x345),
  ...[[false, false], [true, false], [false, true], [true, true]].map(([exclusive, reverse]) =>
    one('Cumprod', (x) => tf.cumprod(x, 1, exclusive, reverse), x345, noGrad),
  ),
  one('Softmax', (x) => tf.softmax(x), x345),
  one('LogSoftmax', (x) => tf.logSoftmax(x), x345),
  { kernel: 'TopK', fn: (x) => { const { values, indices } = tf.topk(x!, 2); return [values, indices]; }, inputs: [x345], gradients: [] },

  one('Reshape', (x) => tf.reshape(x, [-1, 2]), x345),
  one('ExpandDims', (x) => tf.expandDims(x, -1)),
  one('Transpose', (x) => tf.transpose(x, [2, 0, 1]), x345),
  { kernel: 'Concat', fn: (a, b) => tf.concat([a!, b!], 1), inputs: [x23, floats([2, 4])] },
  { kernel: 'Concat', note: 'with an empty part', fn: (a, b) => tf.concat([a!, b!], 1), inputs: [x23, floats([2, 0])], gradients: [] },
  { kernel: 'Pack', fn: (a, b) => tf.stack([a!, b!], 1), inputs: [x23, floats([2, 3])] },
  { kernel: 'SplitV', fn: (x) => tf.split(x!, [1, 3], 1), inputs: [floats([2, 4])] },
  { kernel: 'SplitV', note: 'equal', fn: (x) => tf.split(x!, 2, -1), inputs: [floats([2, 4])] },
  { kernel: 'Unpack', fn: (x) => tf.unstack(x!, 1), inputs: [x345] },
  one('Slice', (x) => tf.slice(x, [1, 0, 2], [2, -1, 3]), x345),
  one('StridedSlice', (x) => tf.stridedSlice(x, [2, 0, 0], [0, 4, 5], [-1, 2, 3]), x345, noGrad),
  one('StridedSlice', (x) => tf.stridedSlice(x, [-1], [-7], [-2]), floats([6]), { ...noGrad, note: 'down to the first' }),
  one('StridedSlice', (x) => tf.stridedSlice(x, [0, 1, 0], [0, 2, 0], [1, 1, 1], 1, 1, 4, 0, 2), x345, { ...noGrad, note: 'masks' }),
  one('PadV2', (x) => tf.pad(x, [[1, 0], [2, 1]], 0.5)),
  one('MirrorPad', (x) => tf.mirrorPad(x, [[1, 0], [2, 1]], 'reflect'), x23, noGrad),
  one('MirrorPad', (x) => tf.mirrorPad(x, [[2, 1], [3, 2]], 'symmetric'), x23, noGrad),
  one('Tile', (x) => tf.tile(x, [2, 3])),
  one('Tile', (x) => tf.tile(x, [4, 1]), floats([1, 3]), { note: 'broadcast' }),
  one('BroadcastTo', (x) => tf.broadcastTo(x, [4, 2, 3])),
  one('Reverse', (x) => tf.reverse(x, [0, 2]), x345),
  one('OneHot', (x) => tf.oneHot(x, 4, 2, -1), given([0, 3, 5, -1], [4], 'int32'), noGrad),
  one('OneHot', (x) => tf.oneHot(x, 3), ints([2, 2], 0, 3), { ...noGrad, note: 'matrix' }),
  one('Fill', (x) => tf.add(x, tf.fill([2, 3], 1.5))),
  one('Range', (x) => tf.add(x, tf.range(0, 6, 2))),
  one('LinSpace', (x) => tf.add(x, tf.linspace(0, 1, 3))),

  { kernel: 'GatherV2', fn: (x, i) => tf.gather(x!, i!, 1), inputs: [x345, ints([2, 2], 0, 4)] },
  { kernel: 'GatherV2', note: 'rows', fn: (x, i) => tf.gather(x!, i!), inputs: [x345, ints([7], 0, 3)] },
  { kernel: 'GatherV2', note: 'batched', fn: (x, i) => tf.gather(x!, i!, 2, 1), inputs: [x345, ints([3, 2], 0, 5)], gradients: [] },
  { kernel: 'GatherNd', fn: (x, i) => tf.gatherND(x!, i!), inputs: [x345, given([0, 1, 2, 3], [2, 2], 'int32')], gradients: [] },
  { kernel: 'ScatterNd', fn: (i, u) => tf.scatterND(i! as tf.Tensor2D, u!, [5, 2]), inputs: [given([1, 3, 1], [3, 1], 'int32'), floats([3, 2])], gradients: [] },
  { kernel: 'TensorScatterUpdate', fn: (t, i, u) => tf.tensorScatterUpdate(t!, i! as tf.Tensor2D, u!), inputs: [floats([5, 2]), given([1, 3], [2, 1], 'int32'), floats([2, 2])], gradients: [] },
  { kernel: 'SparseToDense', fn: (i, v) => tf.sparseToDense(i!, v!, [4, 3], tf.scalar(0.5)), inputs: [given([0, 1, 3, 2], [2, 2], 'int32'), floats([2])], gradients: [] },
  { kernel: 'UnsortedSegmentSum', fn: (x) => tf.unsortedSegmentSum(x!, tf.tensor1d([2, 0, 2, -1], 'int32'), 4), inputs: [floats([4, 3])] },

  { kernel: 'BatchMatMul', fn: (a, b) => tf.matMul(a! as tf.Tensor2D, b! as tf.Tensor2D), inputs: [x23, floats([3, 4])] },
  { kernel: 'BatchMatMul', note: 'transposed', fn: (a, b) => tf.matMul(a! as tf.Tensor2D, b! as tf.Tensor2D, true, true), inputs: [floats([3, 2]), floats([4, 3])] },
  ...[[false, false], [true, false], [false, true], [true, true]].map(([ta, tb]) => ({
    kernel: 'BatchMatMul',
    note: `batched ${ta} ${tb}`,
    fn: ((a, b) => tf.matMul(a!, b!, ta, tb)) as Fn,
    inputs: [floats(ta ? [2, 2, 4, 3] : [2, 2, 3, 4]), floats(tb ? [2, 2, 5, 4] : [2, 2, 4, 5])],
  })),
  { kernel: 'BatchMatMul', note: 'one right matrix', fn: (a, b) => tf.matMul(a!, b!, false, true), inputs: [x345, floats([1, 2, 5])], gradients: [] },
];

const runtime = onnxRuntime();
const reference = eager('cpu');
const covered = new Set<string>();

async function compare(fn: FlatFunction, inputs: readonly HostTensor[], tolerance: number) {
  const [ours, theirs] = await Promise.all(
    [runtime, reference].map(async (r) => {
      const program = await r.prepare(fn, inputs, { name: 'case', inputNames: [] });
      const outputs = await program.run(inputs);
      await program.dispose();
      return outputs;
    }),
  );
  ours!.forEach((output, i) => {
    const expected = theirs![i]!;
    expect({ dtype: output.dtype, shape: [...output.shape] }).toEqual({ dtype: expected.dtype, shape: [...expected.shape] });
    expected.data.forEach((value, j) => {
      const got = output.data[j]!;
      if (Number.isFinite(value)) expect(Math.abs(got - value), `output ${i}[${j}]: ${got} for ${value}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value)));
      else expect(got).toBe(value);
    });
  });
}

describe('rules equal the cpu backend', () => {
  test.each(cases.map((c) => [`${c.kernel} ${c.note ?? ''}`.trim(), c] as const))('%s', async (_, { kernel, fn, inputs, gradients }) => {
    const flat: FlatFunction = (x) => [fn(...x)].flat();
    await compare(flat, inputs, 2e-6);
    covered.add(kernel);
    const wanted = gradients ?? inputs.flatMap((input, i) => (input.dtype === 'float32' ? [i] : []));
    if (wanted.length === 0) return;
    const gradient: FlatFunction = (x) => {
      const loss = (...free: tf.Tensor[]) => {
        const outputs = flat(x.map((tensor, i) => (wanted.includes(i) ? free[wanted.indexOf(i)]! : tensor)));
        const weighted = outputs.map((y) => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape))));
        return tf.addN(weighted) as tf.Scalar;
      };
      return tf.grads(loss)(wanted.map((i) => x[i]!));
    };
    await compare(gradient, inputs, 1e-5);
  });
});

afterAll(() => {
  const missing = Object.entries(rules).flatMap(([kernel, rule]) => (rule && !covered.has(kernel) ? [kernel] : []));
  expect(missing, 'rules without a case').toEqual([]);
});
