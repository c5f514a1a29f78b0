import { hostTensor } from '@prefix-tuning/jit';
import { expect, test } from 'vitest';
import { adamw, clipFactor, constantSchedule, globalNorm, linearSchedule } from '../index.js';

test('schedules rise to their peak over the warm-up; the linear one reaches 0 after the last step, the constant one stays', () => {
  const schedule = linearSchedule({ peak: 1, steps: 10, warmupSteps: 4 });
  expect(Array.from({ length: 11 }, (_, step) => schedule(step))).toEqual([0, 1 / 4, 2 / 4, 3 / 4, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0]);
  expect([0, 1, 2].map(linearSchedule({ peak: 4, steps: 2 }))).toEqual([4, 2, 0]);
  expect([0, 3, 4, 99].map(constantSchedule({ peak: 4, steps: 100, warmupSteps: 4 }))).toEqual([0, 3, 4, 4]);
  expect([0, 99].map(constantSchedule({ peak: 3, steps: 100 }))).toEqual([3, 3]);
});

test('options that do not exist are refused by name', () => {
  expect(() => adamw({ weightdecay: 0.1 } as never)).toThrow('adamw: expected fields of beta1, beta2, epsilon, weightDecay, decays, got weightdecay.');
  for (const schedule of [linearSchedule, constantSchedule]) expect(() => schedule({ peak: 1, steps: 2, warmup: 1 } as never)).toThrow('schedule: expected fields of peak, steps, warmupSteps, got warmup.');
});

test('numbers out of range are refused by name', () => {
  for (const [name, value] of Object.entries({ beta1: 2, beta2: 1, epsilon: 0, weightDecay: -1 })) expect(() => adamw({ [name]: value })).toThrow(`adamw: ${name}: got ${value}, which is out of range.`);
});

test('clipping scales gradients to the norm only when they are larger', () => {
  const norm = globalNorm({ a: hostTensor([3], [1]), b: hostTensor([0, 4], [2]) });
  expect(norm).toBe(5);
  expect(clipFactor(norm, 10)).toBe(1);
  expect(clipFactor(norm, 1)).toBeCloseTo(0.2, 6);
});

test('the first AdamW step is the learning rate along the sign of the gradient; decay acts where it is told to', () => {
  const [parameters, gradients] = [{ w: hostTensor([1, 1], [2]), b: hostTensor([1], [1]) }, { w: hostTensor([5, -2], [2]), b: hostTensor([0], [1]) }];
  const { init, update } = adamw({ weightDecay: 0.5, decays: (name) => name === 'w' });
  const state = init(parameters);
  update(gradients, state, { parameters, step: 1, learningRate: 0.1 });
  [0.85, 1.05].forEach((value, i) => expect(parameters.w.data[i]).toBeCloseTo(value, 6));
  expect([...parameters.b.data]).toEqual([1]);
  expect([...state.mean['w']!.data].map((x) => x.toFixed(6))).toEqual(['0.500000', '-0.200000']);
});
