/**
 * The fused operations in a program: values against the cpu backend, without a gradient (where some are one operator) and
 * with one; gradients against the cpu backend and against finite differences. Tolerances are twice the largest error
 * that was measured.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { attention, checkpoint, crossEntropy, eager, embedding, gelu, hostTensor, layerNorm, onnxRuntime, trace, type FlatFunction, type HostTensor, type Runtime } from '../src/index.js';

const rng = createRng(21);
const random = (...shape: number[]): HostTensor => hostTensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape);
const ids = tf.tensor([3, 0, 3, 1, 4, 2], [6], 'int32');
const weights = tf.tensor([1, 0.5, 0, 1, 2, 1]);
const mask = tf.tensor([0, 0, 0, -1e9, -1e9, 0, 0, 0, 0, -1e9, 0, 0, 0, 0, 0], [1, 1, 3, 5]);
const keep = tf.tensor(Array.from({ length: 2 * 4 * 3 * 5 }, () => (rng.uniform() < 0.5 ? 0 : 2)), [2, 4, 3, 5]);

interface Case {
  readonly fn: (...x: tf.Tensor[]) => tf.Tensor;
  readonly inputs: readonly HostTensor[];
  /** Operators of the program without a gradient, where one is the whole. */
  readonly operators?: readonly string[];
}

const cases: Record<string, Case> = {
  layerNorm: { fn: (x, g, b) => layerNorm(x!, g!, b!, 1e-5), inputs: [random(6, 16), random(16), random(16)], operators: ['LayerNormalization'] },
  'gelu tanh': { fn: (x) => gelu(x!, 'tanh'), inputs: [random(6, 16)], operators: ['Gelu'] },
  'gelu exact': { fn: (x) => gelu(x!, 'exact'), inputs: [random(6, 16)], operators: ['Gelu'] },
  'attention with past and mask': {
    fn: (q, k, v, past) => attention(q!, tf.concat([past!, k!], 2), tf.concat([past!, v!], 2), mask),
    inputs: [random(2, 2, 3, 4), random(2, 2, 3, 4), random(2, 2, 3, 4), random(2, 2, 2, 4)],
  },
  'attention with grouped queries and keep': {
    fn: (q, k, v) => attention(q!, k!, v!, undefined, { keep }),
    inputs: [random(2, 4, 3, 4), random(2, 2, 5, 4), random(2, 2, 5, 4)],
  },
  'crossEntropy on chosen rows': { fn: (x, w) => crossEntropy(x!, w!, ids, weights), inputs: [random(6, 8), random(5, 8)] },
  'crossEntropy, smoothed': { fn: (x, w) => crossEntropy(x!, w!, ids, weights, { labelSmoothing: 0.1 }), inputs: [random(6, 8), random(5, 8)] },
  embedding: { fn: (table) => embedding(table!, ids), inputs: [random(5, 8)], operators: ['Gather'] },
  checkpoint: { fn: (x, w) => checkpoint(({ x, w }: { x: tf.Tensor; w: tf.Tensor }) => gelu(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), 'tanh'), { x: x!, w: w! }), inputs: [random(6, 8), random(8, 8)] },
};

async function run(runtime: Runtime, fn: FlatFunction, inputs: readonly HostTensor[]): Promise<number[][]> {
  const program = await runtime.prepare(fn, inputs, { name: 'case', inputNames: [] });
  const outputs = await program.run(inputs);
  await program.dispose();
  return outputs.map(({ data }) => Array.from(data));
}

const [compiled, cpu] = [onnxRuntime(), eager('cpu')];
/** Largest difference, relative to 1 + |b|. */
const distance = (a: readonly number[], b: readonly number[]) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!) / (1 + Math.abs(b[i]!))), 0);

/** A number that depends on every element of the result with a weight of its own. */
const lossOf = ({ fn }: Case) => (...x: tf.Tensor[]): tf.Scalar => {
  const y = fn(...x);
  return tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape))) as tf.Scalar;
};

describe.each(Object.entries(cases))('%s', (_, of) => {
  const value: FlatFunction = (x) => [of.fn(...x)];
  const slopes: FlatFunction = (x) => {
    const { value, grads } = tf.valueAndGrads(lossOf(of))([...x]);
    return [value, ...grads];
  };

  test('value', async () => {
    const [[a], [b]] = [await run(compiled, value, of.inputs), await run(cpu, value, of.inputs)];
    expect(distance(a!, b!)).toBeLessThan(8e-7);
    const nodes = trace(value, of.inputs).nodes.map(({ op }) => op).filter((op) => op !== 'Reshape');
    if (of.operators) expect(nodes).toEqual(of.operators);
  });

  test('gradients', async () => {
    const [a, b] = [await run(compiled, slopes, of.inputs), await run(cpu, slopes, of.inputs)];
    a.forEach((values, i) => expect(distance(values, b[i]!), `output ${i}`).toBeLessThan(8e-6));
  });

  test('gradients against finite differences', async () => {
    const [, ...grads] = await run(compiled, slopes, of.inputs);
    const STEP = 2 ** -8;
    const directions = of.inputs.map(({ data }) => Array.from(data, () => (rng.uniform() < 0.5 ? -1 : 1)));
    const moved = (by: number) => of.inputs.map(({ data, shape }, i) => hostTensor(Array.from(data, (x, j) => x + by * directions[i]![j]!), shape));
    const at = async (by: number) => (await run(compiled, (x) => [lossOf(of)(...x)], moved(by)))[0]![0]!;
    const slope = (step: number, [up, down]: readonly [number, number]) => (up - down) / (2 * step);
    const [coarse, fine] = [slope(2 * STEP, [await at(2 * STEP), await at(-2 * STEP)]), slope(STEP, [await at(STEP), await at(-STEP)])];
    const parts = grads.flatMap((grad, i) => grad.map((g, j) => g * directions[i]![j]!));
    const scale = parts.reduce((sum, part) => sum + Math.abs(part), 1);
    // Richardson: the error of the two differences that grows with the square of the step cancels.
    expect(Math.abs((4 * fine - coarse) / 3 - parts.reduce((a, b) => a + b, 0)) / scale).toBeLessThan(1e-5);
  });
});

test('crossEntropy takes many rows in parts: loss and gradients are those of the parts alone', async () => {
  const [V, C, N] = [2 ** 16, 4, 290];
  const sizes = [100, 100, 90];
  const table = random(V, C);
  const rows = Array.from({ length: N }, () => rng.integer(V));
  const x = random(N, C);
  const loss = (x: tf.Tensor, table: tf.Tensor, at: number) => crossEntropy(x, table, tf.tensor1d(rows.slice(at, at + x.shape[0]!), 'int32'), tf.ones([x.shape[0]!]));
  const step = (at: number): FlatFunction => (inputs) => {
    const { value, grads } = tf.valueAndGrads((x, table) => loss(x!, table!, at))(inputs);
    return [value, ...grads];
  };
  const softmaxes = (fn: FlatFunction, rows: number) => trace(fn, [{ dtype: 'float32', shape: [rows, C] }, table]).nodes.filter(({ op }) => op === 'Softmax').length;
  expect([softmaxes(step(0), N), softmaxes(step(0), 100)]).toEqual([3, 1]);
  const whole = await run(compiled, step(0), [x, table]);
  let at = 0;
  const parts: number[][][] = [];
  for (const size of sizes) {
    parts.push(await run(compiled, step(at), [hostTensor(x.data.slice(at * C, (at + size) * C), [size, C]), table]));
    at += size;
  }
  expect(whole[0]![0]).toBeCloseTo(parts.reduce((sum, [loss]) => sum + loss![0]!, 0), 2);
  expect(distance(whole[1]!, parts.flatMap(([, dx]) => dx!))).toBeLessThan(1e-6);
  expect(distance(whole[2]!, parts.map(([, , dW]) => dW!).reduce((sum, dW) => sum.map((value, i) => value + dW[i]!)))).toBeLessThan(1e-6);
});
