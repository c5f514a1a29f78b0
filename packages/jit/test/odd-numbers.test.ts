/**
 * Every rule against the cpu backend of TensorFlow.js on NaN, infinities, zeros and the ends of int32, apart from the sign of
 * a zero: equal, or in the table of differences. A NaN of the cpu backend must be one in the program.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng, type Rng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { crossEntropy, eager, hostTensor, onnxRuntime, trace, type FlatFunction, type HostTensor } from '../src/index.js';
import type { Case } from './kernels/case.js';
import { differences } from './kernels/differences.js';
import { groups } from './kernels/index.js';

interface Kind {
  readonly dtype: 'float32' | 'int32';
  readonly odd: readonly number[];
  /** How many of all. */
  readonly share: number;
}
const floatKinds: readonly Kind[] = [
  { dtype: 'float32', odd: [NaN], share: 0.04 },
  { dtype: 'float32', odd: [NaN], share: 1 },
  { dtype: 'float32', odd: [Infinity, -Infinity], share: 0.2 },
  { dtype: 'float32', odd: [NaN, Infinity, -Infinity, 0, -0], share: 0.7 },
];
const int32Kind: Kind = { dtype: 'int32', odd: [2 ** 31 - 1, -(2 ** 31), -1, 0, 1, 2 ** 30, 65536], share: 0.7 };

const [runtime, reference] = [onnxRuntime({ session: { intraOpNumThreads: 1 } }), eager('cpu')];
/** Groups whose kernels read numbers, not places, from int32, and whose cases work on longer rows too. */
const plain = ['elementwise', 'reductions'];

/** Rows of 23 times their length: the kernels' vector code is another than that for a few numbers. */
const widened = ({ data, shape, dtype }: HostTensor): HostTensor =>
  hostTensor(Array.from({ length: 23 * data.length }, (_, i) => data[i % data.length]!), [...shape.slice(0, -1), 23 * shape.at(-1)!], dtype);

function withOdd(input: HostTensor, { odd, share, dtype }: Kind, rng: Rng): HostTensor {
  if (input.dtype !== dtype) return input;
  return hostTensor(Array.from(input.data, (x) => (rng.uniform() < share ? odd[rng.integer(odd.length)]! : x)), input.shape, input.dtype);
}

async function outputs(fn: FlatFunction, inputs: readonly HostTensor[]): Promise<[number, number][]> {
  const [ours, theirs] = await Promise.all([runtime, reference].map(async (on) => {
    const program = await on.prepare(fn, inputs, { name: 'case', inputNames: [] });
    const results = await program.run(inputs);
    await program.dispose();
    return results;
  }));
  return ours!.flatMap(({ data }, i) => Array.from(data, (x, j): [number, number] => [x, theirs![i]!.data[j]!]));
}

const equal = ([a, b]: readonly [number, number]) => a === b || (Number.isNaN(a) && Number.isNaN(b)) || (Number.isFinite(b) && Math.abs(a - b) <= 1e-5 * (1 + Math.abs(b)));
const stated = new Map(differences.flatMap((difference) => difference.kernels.map((kernel) => [kernel as string, difference] as const)));
const seen = new Set<string>();

async function compare({ kernel, fn }: Case, inputs: readonly HostTensor[]): Promise<void> {
  const pairs = await outputs((x) => [fn(...x)].flat(), inputs);
  const other = pairs.filter((pair) => !equal(pair));
  if (other.length > 0) seen.add(kernel);
  if (!stated.has(kernel)) expect(other).toEqual([]);
  if (!stated.get(kernel)?.losesNaN) expect(other.filter(([, cpu]) => Number.isNaN(cpu))).toEqual([]);
}

describe.each(Object.entries(groups))('%s', (group, cases) => {
  const kinds = (inputs: readonly HostTensor[]) => {
    if (inputs.some(({ dtype }) => dtype === 'float32')) return floatKinds;
    return plain.includes(group) ? [int32Kind] : [];
  };
  test.each(cases.map((of) => [`${of.kernel} ${of.note ?? ''}`.trim(), of] as const))('%s', async (name, of) => {
    const rng = createRng(5).fork(name);
    for (const inputs of plain.includes(group) ? [of.inputs, of.inputs.map(widened)] : [of.inputs]) {
      for (const kind of kinds(inputs)) await compare(of, inputs.map((input) => withOdd(input, kind, rng)));
    }
  });
});

// What kernels do beyond their promise is another thing on other processors.
test.runIf(process.arch === 'x64')('every stated difference is there', () => {
  expect(differences.filter(({ kernels }) => !kernels.some((kernel) => seen.has(kernel)))).toEqual([]);
});

test.each(['max', 'min'] as const)('%s has the NaN wherever it stands, and is one number of a row of one', async (op) => {
  const n = 70;
  const rows = hostTensor(Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? NaN : Math.sin(i))), [n, n]);
  for (const axis of [0, 1]) expect((await outputs(([x]) => [tf[op](x!, axis)], [rows])).every(([ours]) => Number.isNaN(ours))).toBe(true);
  expect(await outputs(([x]) => [tf[op](x!, 1)], [hostTensor([-3, 4], [2, 1])])).toEqual([[-3, -3], [4, 4]]);
  expect(await outputs(([x]) => [tf[op](x!, 1)], [hostTensor([-Infinity, -Infinity, -3, -4, Infinity, 3e38, 3e38, 3e38], [4, 2])])).toSatisfy((pairs: [number, number][]) => pairs.every(equal));
});

test('a NaN anywhere shows in crossEntropy, whose largest logit is found in one pass', async () => {
  const [N, C, V] = [3, 8, 67];
  const loss: FlatFunction = ([x, w]) => [crossEntropy(x!, w!, tf.tensor1d([0, 5, 66], 'int32'), tf.ones([N]))];
  const inputs = [hostTensor(Float32Array.from({ length: N * C }, (_, i) => Math.sin(i)), [N, C]), hostTensor(Float32Array.from({ length: V * C }, (_, i) => Math.cos(i)), [V, C])];
  expect(trace(loss, inputs).nodes.filter(({ op }) => op === 'ReduceL1')).toEqual([]);
  expect((await outputs(loss, inputs))[0]).toSatisfy(equal);
  for (let token = 0; token < V; token++) {
    const table = hostTensor(inputs[1]!.data.map((value, i) => (i === token * C ? NaN : value)), [V, C]);
    expect(await outputs(loss, [inputs[0]!, table])).toEqual([[NaN, NaN]]);
  }
});
