import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { HostRandomnessError, HostReadError, trace, UnsupportedKernelError, VariableAssignError } from '../src/index.js';

const read = (path: string) => readFile(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

test('the README shows the example, and the example runs', async () => {
  const example = (await read('example.ts')).replace("'../src/index.js'", "'@prefix-tuning/jit'");
  expect(await read('../README.md')).toContain(example);
  const { losses } = await import('./example.js');
  expect(losses).toEqual([15, 12.625, expect.closeTo(10.70125, 4)]);
});

/** The README's table of errors: each message there is what a trace says. */
const bias = tf.variable(tf.zeros([2]), true, 'bias');
const vector = [{ dtype: 'float32', shape: [2] }] as const;
test.each([
  ['host read', (x: tf.Tensor) => tf.tensor(x.dataSync()), HostReadError],
  ['host randomness', (x: tf.Tensor) => tf.dropout(x, 0.5), HostRandomnessError],
  ['variable assignment', (x: tf.Tensor) => (bias.assign(x) as never) ?? x, VariableAssignError],
  ['unsupported kernel', (x: tf.Tensor) => tf.complex(x, x), UnsupportedKernelError],
])('the README has the message of %s', async (_, fn, type) => {
  const run = () => trace(([x]) => [fn(x!)], vector);
  expect(run).toThrow(type);
  let message = '';
  try {
    run();
  } catch (error) {
    message = (error as Error).message.replace(/ \(At .*/s, '');
  }
  expect((await read('../README.md')).replaceAll('\n', ' ')).toContain(message);
});

test('the README shows a trace, and what printGraph prints of it', async () => {
  const readme = await read('../README.md');
  expect(readme).toContain((await read('listing.ts')).replace("'../src/index.js'", "'@prefix-tuning/jit'"));
  const { listing } = await import('./listing.js');
  expect(readme).toContain(listing);
});
