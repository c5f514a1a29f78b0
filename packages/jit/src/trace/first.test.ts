import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { trace } from './trace.js';

test('a trace before anything else leaves the choice of a backend open', () => {
  expect(trace(([x]) => [tf.neg(x!)], [{ dtype: 'float32', shape: [2] }]).nodes).toHaveLength(1);
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  expect(tf.getBackend()).toBe('cpu');
});
