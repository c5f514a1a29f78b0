import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { crossEntropy, gelu, hostTensor, jit, onnxRuntime, storedTensor, trace, type HostTensor } from '../index.js';
import type { Graph } from './graph.js';
import { quantiseMatrix, quantiseProducts } from './quantise.js';

const rng = createRng('quantise');
const normal = (...shape: [number, number]): HostTensor => hostTensor(Float32Array.from({ length: shape[0] * shape[1] }, () => rng.normal()), shape);
const [K, N] = [128, 160];
const matrix = normal(K, N);
const w = tf.tensor2d(matrix.data as Float32Array, [K, N]);
const runtime = onnxRuntime({ weights: 'int8' });
const ahead = jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w), { runtime });
const back = jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w, false, true), { runtime });
const rowsOf = ({ data, shape }: HostTensor) => Array.from({ length: shape[0]! }, (_, m) => Array.from(data.subarray(m * shape[1]!, (m + 1) * shape[1]!)));
const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const columnsOf = (transposed: boolean) => Array.from({ length: transposed ? K : N }, (_, n) => Array.from({ length: transposed ? N : K }, (_, k) => matrix.data[transposed ? n * N + k : k * N + n]!));

describe.each([['as it lies', ahead, false], ['transposed', back, true]] as const)('a constant %s', (_, product, transposed) => {
  const columns = columnsOf(transposed);
  test('multiplies within half a step of each factor, whatever the sizes of the rows', async () => {
    const sizes = fc.array(fc.double({ min: -20, max: 10, noNaN: true }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sizes, async (sizes) => {
        const numbers = sizes.flatMap((size) => Array.from(normal(1, columns[0]!.length).data, (x) => Math.fround(x * 10 ** size)));
        const x = hostTensor(numbers, [sizes.length, columns[0]!.length]);
        const y = rowsOf(await product(x));
        rowsOf(x).forEach((row, m) => columns.forEach((column, n) => {
          const [s, t] = [largest(row) / 127, largest(column) / 63];
          const exact = row.reduce((sum, value, k) => sum + value * column[k]!, 0);
          const bound = row.reduce((sum, value, k) => sum + (Math.abs(value) * t + Math.abs(column[k]!) * s + (s * t) / 2) / 2, 0);
          expect(Math.abs(y[m]![n]! - exact)).toBeLessThanOrEqual(1.00001 * bound);
        }));
      }),
      { numRuns: 20 },
    );
  });
});

test('one and a half hundredths are lost of normal numbers', async () => {
  const x = normal(40, K);
  const y = await ahead(x);
  const exact = tf.matMul(tf.tensor2d(x.data as Float32Array, [40, K]), w).dataSync();
  const lost = Math.hypot(...Array.from(y.data, (value, i) => value - exact[i]!)) / Math.hypot(...exact);
  expect(lost).toBeGreaterThan(0.005);
  expect(lost).toBeLessThan(0.016);
});

test('a row does not depend on the others, in any bit', async () => {
  const x = normal(3, K);
  const before = rowsOf(await ahead(x))[1];
  const scaled = x.data.map((value, i) => (Math.floor(i / K) === 1 ? value : value * 1e6));
  expect(rowsOf(await ahead(hostTensor(scaled, [3, K])))[1]).toEqual(before);
});

test('a NaN or an infinity shows in its row alone, and zeros stay zeros', async () => {
  const x = normal(4, K);
  x.data[5] = NaN;
  x.data[K + 5] = -Infinity;
  x.data.fill(0, 2 * K, 3 * K);
  const [nan, infinite, zeros, rest] = rowsOf(await ahead(x));
  expect(nan!.every(Number.isNaN) && infinite!.every(Number.isNaN)).toBe(true);
  expect(zeros).toEqual(zeros!.map(() => 0));
  expect(rest!.every(Number.isFinite)).toBe(true);
});

test('a NaN in the constant shows in its column', () => {
  const { scales } = quantiseMatrix(Float32Array.of(1, NaN, 3, 4), [2, 2], false);
  expect(Number.isNaN(scales[1])).toBe(true);
  expect(scales[0]).toBeCloseTo(3 / 63, 6);
});

test.each([[1e-36, 0.001], [1e-42, 1]])('columns of sizes about %s lose at most %s of what they give', async (size, lost) => {
  const small = tf.tensor2d((matrix.data as Float32Array).map((value) => value * size), [K, N]);
  const x = normal(2, K);
  const y = await jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, small), { runtime })(x);
  const usual = await ahead(x);
  usual.data.forEach((value, i) => expect(Math.abs(y.data[i]! - value * size)).toBeLessThanOrEqual(lost * Math.abs(value * size) + 1e-44));
});

test('one matrix serves rows in any number of axes, or none', async () => {
  const x = normal(12, K);
  const inAxes = jit((x: tf.Tensor) => tf.matMul(x, tf.reshape(w, [1, 1, K, N])), { runtime });
  const expected = (await ahead(x)).data;
  expect(await inAxes(hostTensor(x.data, [2, 2, 3, K]))).toEqual(hostTensor(expected, [2, 2, 3, N]));
  expect((await ahead(hostTensor([], [0, K]))).shape).toEqual([0, N]);
});

test.each([[1, 2 ** 14], [2 ** 14, 1]] as const)('a matrix of %i rows and %i columns', async (rows, columns) => {
  const x = normal(3, rows);
  const w = tf.tensor2d(normal(rows, columns).data as Float32Array, [rows, columns]);
  const exact = tf.matMul(tf.tensor2d(x.data as Float32Array, [3, rows]), w).dataSync();
  const { data } = await jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w), { runtime })(x);
  expect(Math.hypot(...Array.from(data, (value, i) => value - exact[i]!)) / Math.hypot(...exact)).toBeLessThan(0.02);
});

test('a matrix that is also read as it is, or returned, keeps its numbers there', async () => {
  const { product, sum, whole } = await jit((x: tf.Tensor) => ({ product: tf.matMul(x as tf.Tensor2D, w), sum: tf.add(w, 1), whole: w }), { runtime })(normal(1, K));
  expect(whole.data).toEqual(matrix.data);
  expect(sum.data).toEqual(matrix.data.map((value) => value + 1));
  expect(product.data).not.toEqual(sum.data);
});

test('sums of the largest numbers do not overflow, on any processor', async () => {
  const { numbers } = quantiseMatrix(matrix.data as Float32Array, [K, N], false);
  // Two products of an unsigned and a signed byte, in 16 bits.
  expect(2 * 255 * largest(Array.from(numbers))).toBeLessThan(2 ** 15);
  for (const K of [2 ** 14, 130_000, 300_000]) {
    const ones = tf.ones<tf.Rank.R2>([K, 1]);
    const { data } = await jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, ones), { runtime })(hostTensor(new Float32Array(K).fill(2), [1, K]));
    expect(data[0]! / K).toBeCloseTo(2, 6);
  }
});

test('numbers that lie in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jit-quantise-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'weights.bin');
  writeFileSync(path, Buffer.concat([Buffer.alloc(3), Buffer.from((matrix.data as Float32Array).buffer)]));
  const stored = storedTensor({ path, offset: 3 }, [K, N]);
  const x = normal(2, K);
  const product = jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, stored as tf.Tensor2D), { runtime });
  expect((await product(x)).data).toEqual((await ahead(x)).data);
});

test('beside numbers that stay in a file, the rounded ones lie in another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jit-quantise-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bias.bin');
  writeFileSync(path, Buffer.from(new Float32Array(512).fill(1000).buffer));
  const bias = storedTensor({ path, offset: 0 }, [512]);
  const large = tf.tensor2d(normal(K, 512).data as Float32Array, [K, 512]);
  const product = (x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, large);
  const x = normal(2, K);
  const [alone, beside] = [await jit(product, { runtime })(x), await jit((x: tf.Tensor) => tf.add(product(x), bias), { runtime })(x)];
  beside.data.forEach((value, i) => expect(value).toBeCloseTo(1000 + alone.data[i]!, 3));
});

describe('what is quantised', () => {
  const x = { dtype: 'float32', shape: [4, K] } as const;
  const quantised = (fn: (x: tf.Tensor) => tf.Tensor, inputs = [x] as const): Graph =>
    quantiseProducts(trace(([x]) => [fn(x!)], inputs, { name: 'f' }), ({ shape }, transposed) => quantiseMatrix(new Float32Array(shape[0]! * shape[1]!), shape as [number, number], transposed));
  const other = tf.ones<tf.Rank.R2>([K, N]);
  const small = tf.ones<tf.Rank.R2>([K, 4]);
  const outputs = tf.ones<tf.Rank.R2>([N, K]);
  const count = ({ nodes }: Graph, name: string) => nodes.filter(({ op }) => op === name).length;

  test('rows once for all products that read them, and no constant of float32 is left', () => {
    const graph = quantised((x) => tf.add(tf.matMul(x as tf.Tensor2D, w), tf.matMul(x as tf.Tensor2D, other)));
    expect([count(graph, 'QuantizeLinear'), count(graph, 'MatMulIntegerToFloat'), count(graph, 'MatMul')]).toEqual([1, 2, 0]);
    expect(graph.constants.every(({ dtype, shape }) => dtype !== 'float32' || shape.length < 2)).toBe(true);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['small constants', (x) => tf.matMul(x as tf.Tensor2D, small)],
    ['what the function makes', (x) => tf.matMul(x as tf.Tensor2D, tf.ones([K, N]))],
    ['what is computed on both sides', (x) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, false, true)],
    ['probabilities', (x) => tf.matMul(tf.softmax(x) as tf.Tensor2D, w)],
    ['probabilities in another shape', (x) => tf.matMul(tf.reshape(tf.softmax(tf.reshape(x, [2, 2, K])), [4, K]) as tf.Tensor2D, w)],
    ['a matrix that a kernel brings along', (x) => tf.localResponseNormalization(tf.reshape(x, [1, 1, 4, K]) as tf.Tensor4D, 2)],
  ])('not %s', (_, fn) => expect(count(quantised(fn), 'MatMulIntegerToFloat')).toBe(0));

  test.each(['exact', 'tanh'] as const)('the gradient of GELU (%s), which no softmax made', (kind) => {
    const graph = quantised((x) => tf.grad((x) => tf.sum(gelu(tf.matMul(x as tf.Tensor2D, w), kind)))(x));
    expect(count(graph, 'MatMulIntegerToFloat')).toBe(2);
  });

  const targets = tf.tensor([1, 2, 3, 4], [4], 'int32');
  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['cross-entropy', (x) => crossEntropy(x, outputs, targets, tf.ones([4]))],
    ['what TensorFlow.js has in its place', (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(targets as tf.Tensor1D, N), tf.matMul(x as tf.Tensor2D, outputs, false, true))],
    ['a loss of log-probabilities', (x) => tf.sum(tf.mul(tf.logSoftmax(tf.matMul(x as tf.Tensor2D, outputs, false, true)), tf.oneHot(targets as tf.Tensor1D, N)))],
  ])('of %s, with a frozen matrix the logits, and not the product that makes their gradient', (_, loss) => {
    const graph = quantised((x) => tf.grad(loss)(x));
    expect([count(graph, 'MatMulIntegerToFloat'), count(graph, 'MatMul') + count(graph, 'Gemm')]).toEqual([1, 1]);
  });
});

test('only where it can run', () => {
  expect(() => onnxRuntime({ weights: 'int8', session: { executionProviders: ['webgpu'] } })).toThrow(ConfigError);
  expect(() => onnxRuntime({ weights: 'int4' as never })).toThrow('onnxRuntime: expected weights to be packed, mapped or int8, got int4. Correct the option.');
  expect(onnxRuntime({ weights: 'int8', session: { executionProviders: ['cpu'] } }).name).toBe('onnx:int8:cpu');
});
