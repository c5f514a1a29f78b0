import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import { matMul } from '../rules/emit.js';
import { onnxRuntime, hostTensor, jit } from '../index.js';
import { layoutFor } from './packing.js';

/** Products of some rows, each with a matrix of [K, 25,000] that is in a file. */
function products(...sizes: [rows: number, K: number][]) {
  const g = new GraphBuilder();
  const all = sizes.map(([rows, K], i) => matMul(g, [g.input({ dtype: 'float32', shape: [rows, K] }), g.stored({ path: `/weights${i}.bin`, offset: 0 }, [K, 25_000])]));
  return g.finish('products', [], all);
}
const product = (rows: number, K: number) => products([rows, K]);

test('weights of more than an eighth of the memory are mapped where many rows multiply them, or one, all others packed', () => {
  expect(layoutFor(product(640, 10_001), { available: 8e9 })).toBe('mapped');
  expect(layoutFor(product(1, 10_001), { available: 8e9 })).toBe('mapped');
  expect(layoutFor(product(640, 10_000), { available: 8e9 })).toBe('packed');
  expect(layoutFor(product(255, 10_001), { available: 8e9 })).toBe('packed');
  expect(layoutFor(product(640, 10_001), { available: 16e9 })).toBe('packed');
  // The parts of a large vocabulary's loss have few rows.
  expect(layoutFor(products([640, 6_000], [128, 5_000]), { available: 8e9 })).toBe('mapped');
  expect(layoutFor(products([640, 5_000], [128, 6_000]), { available: 8e9 })).toBe('packed');
});

test('weights of programs that run seldom are mapped, longer so where they would be packed into a file', () => {
  const of = (available: number, runs: number) => layoutFor(product(5, 10_000), { available, runs });
  expect([79, 80].map((runs) => of(33e9, runs))).toEqual(['mapped', 'packed']);
  expect([249, 250].map((runs) => of(31e9, runs))).toEqual(['mapped', 'packed']);
  expect([49, 50].map((runs) => layoutFor(product(256, 10_000), { available: 31e9, runs }))).toEqual(['mapped', 'packed']);
  // What is packed in a moment is.
  expect(layoutFor(product(5, 319), { runs: 1 })).toBe('packed');
});

test('both layouts give the same numbers, forward and transposed', async () => {
  const w = tf.tensor(Float32Array.from({ length: 70 * 50 }, (_, i) => Math.sin(i)), [70, 50]) as tf.Tensor2D;
  const both = (x: tf.Tensor) => tf.matMul(tf.matMul(x as tf.Tensor2D, w), w, false, true);
  const x = hostTensor(Float32Array.from({ length: 40 * 70 }, (_, i) => Math.cos(i)), [40, 70]);
  const [packed, mapped] = await Promise.all((['packed', 'mapped'] as const).map(async (weights) => (await jit(both, { runtime: onnxRuntime({ weights }) })(x)).data));
  packed!.forEach((value, i) => expect(Math.abs(value - mapped![i]!)).toBeLessThan(1e-4));
});
