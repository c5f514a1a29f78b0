import '@tensorflow/tfjs-backend-cpu';
import { tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { clipByGlobalNorm, constantSchedule, linearSchedule } from '../index.js';

test('the linear schedule rises to its peak over the warm-up and reaches 0 after the last step', () => {
  const schedule = linearSchedule({ peak: 1, steps: 10, warmupSteps: 4 });
  expect(Array.from({ length: 11 }, (_, step) => schedule(step))).toEqual([0, 1 / 4, 2 / 4, 3 / 4, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0]);
  expect([0, 1, 2].map(linearSchedule({ peak: 4, steps: 2 }))).toEqual([4, 2, 0]);
  expect([0, 99].map(constantSchedule(3))).toEqual([3, 3]);
});

test('clipping scales gradients to the norm only when they are larger', () => {
  const gradients = { a: tensor1d([3]), b: tensor1d([0, 4]) };
  const values = (maxNorm: number) => {
    const { gradients: clipped, norm } = clipByGlobalNorm(gradients, maxNorm);
    return [...norm.dataSync(), ...clipped.a!.dataSync(), ...clipped.b!.dataSync()];
  };
  expect(values(10)).toEqual([5, 3, 0, 4]);
  values(1).forEach((value, i) => expect(value).toBeCloseTo([5, 0.6, 0, 0.8][i]!, 5));
});
