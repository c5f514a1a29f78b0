import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { trace } from '../index.js';
import { peakBytes } from './peak.js';

const peakOf = (fn: (x: tf.Tensor) => tf.Tensor[]) => peakBytes(trace(([x]) => fn(x!), [{ dtype: 'float32', shape: [10, 25] }], { name: 'peak' }));
const KB = 4 * 10 * 25;

test('a result counts from where it is made to its last reader, outputs to the end', () => {
  expect(peakOf((x) => [tf.sin(x)])).toBe(KB);
  expect(peakOf((x) => [tf.sin(tf.cos(tf.exp(tf.tan(x))))])).toBe(2 * KB);
  expect(peakOf((x) => {
    const first = tf.sin(x);
    return [tf.sin(tf.cos(tf.exp(tf.tan(first)))), first];
  })).toBe(3 * KB);
  expect(peakOf((x) => [tf.sin(x), tf.cos(x), tf.exp(x)])).toBe(3 * KB);
});

test('another shape is the same memory, and keeps it; the input is not counted', () => {
  expect(peakOf((x) => [tf.sin(tf.reshape(tf.cos(x), [250]))])).toBe(2 * KB);
  expect(peakOf((x) => [tf.sin(tf.reshape(x, [250]))])).toBe(KB);
  expect(peakOf((x) => {
    const made = tf.cos(x);
    const viewed = tf.reshape(made, [250]);
    return [tf.sin(tf.exp(tf.tan(made))), viewed];
  })).toBe(3 * KB);
});

test('small results count as what they are', () => {
  expect(peakOf((x) => [tf.sum(tf.sin(x))])).toBe(KB + 4);
});
