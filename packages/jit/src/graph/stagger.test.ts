import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hostTensor, jit, onnxRuntime } from '../index.js';
import { matMul } from '../rules/emit.js';
import { GraphBuilder } from './builder.js';
import type { Graph } from './graph.js';
import { staggerRows } from './stagger.js';

/** Rows of `inner` numbers times a constant, as it lies and transposed. */
function products(rows: number, inner: number, outer: number): Graph {
  const g = new GraphBuilder();
  const x = g.input({ dtype: 'float32', shape: [rows, inner] });
  const constant = (shape: readonly number[]) => g.constant(new Float32Array(inner * outer), shape, 'float32');
  return g.finish('products', [], [matMul(g, [x, constant([inner, outer])]), matMul(g, [x, constant([outer, inner])], { transposeB: true })]);
}

const shapesOf = (graph: Graph) => graph.nodes.map(({ op, inputs }) => [op, ...inputs.slice(0, 2).map(({ shape }) => shape.join(' x '))].join(' '));

test('rows that begin a multiple of 4,096 bytes apart get columns of zeros, once for all products, and so does what they are multiplied by', () => {
  expect(shapesOf(staggerRows(products(8, 1024, 512)))).toEqual([
    'Pad 8 x 1024 4', 'Pad 1024 x 512 4', 'MatMul 8 x 1040 1040 x 512', 'Pad 512 x 1024 4', 'Gemm 8 x 1040 512 x 1040',
  ]);
});

test.each([[8, 1000, 512], [7, 1024, 512], [8, 1024, 511]])('others stay as they are: %i rows of %i times %i columns', (...shape) => {
  const graph = products(...shape);
  expect(staggerRows(graph).nodes).toEqual(graph.nodes);
});

test('what is not known before the program runs stays as it is', () => {
  const g = new GraphBuilder();
  const [x, y] = [[8, 1024], [1024, 512]].map((shape) => g.input({ dtype: 'float32', shape })) as [never, never];
  const graph = g.finish('inputs', [], [matMul(g, [x, y])]);
  expect(staggerRows(graph).nodes).toEqual(graph.nodes);
});

test('a program with such products gives the numbers of one without', async () => {
  const [rows, inner, outer] = [9, 1024, 520] as const;
  const numbers = (shape: readonly number[], phase: number) => Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.sin(i + phase));
  const [w, v] = [[inner, outer], [outer, inner]].map((shape, i) => tf.tensor(numbers(shape, i), shape as [number, number])) as [tf.Tensor2D, tf.Tensor2D];
  const both = (x: tf.Tensor) => tf.add(tf.matMul(x as tf.Tensor2D, w), tf.matMul(x as tf.Tensor2D, v, false, true));
  const x = hostTensor(numbers([rows, inner], 2), [rows, inner]);
  const [packed, mapped] = await Promise.all((['packed', 'mapped'] as const).map((weights) => jit(both, { runtime: onnxRuntime({ weights }) })(x)));
  const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest(packed!.data)).toBeGreaterThan(10);
  expect(largest(packed!.data.map((value, i) => value - mapped!.data[i]!))).toBeLessThan(1e-6 * largest(packed!.data));
});
