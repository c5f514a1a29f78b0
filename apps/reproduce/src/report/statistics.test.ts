import { expect, test } from 'vitest';
import { remainingTime } from '../run/estimate.js';
import { centred, signFlipTest, slopeTest, swapTest, tInterval, variance } from './statistics.js';

test('the interval of a mean is Student’s', () => {
  // R: t.test(c(1, 2, 4))$conf.int
  const { low, high } = tInterval([1, 2, 4]);
  expect(low).toBeCloseTo(-1.461235, 3);
  expect(high).toBeCloseTo(6.127902, 3);
});

test('the sign-flip test counts all patterns', () => {
  expect(signFlipTest([1, 2, 3]).pValue).toBe(2 / 8);
  expect(signFlipTest([1, -1]).pValue).toBe(1);
  expect(signFlipTest(Array.from({ length: 12 }, () => 1)).pValue).toBe(2 / 4096);
});

test('a difference of spread needs several pairs to show', () => {
  const spread = (a: readonly number[], b: readonly number[]) => variance(a) - variance(b);
  expect(swapTest([0, 10, -10], [1, 1.1, 0.9], spread).pValue).toBeGreaterThan(0.2);
  // Groups far apart would each vary more with some of the other's values.
  expect(swapTest(centred([30, 39, 20, 38, 21, 41, 22, 40]), centred([61, 61, 61, 61, 61, 61, 61, 61]), spread).pValue).toBeLessThan(0.05);
  expect(swapTest([0, 9, -10, 8, -9, 11, -8, 10], [1, 1, 1, 1, 1, 1, 1, 1], spread).pValue).toBeLessThan(0.05);
});

test('a slope is found, and chance is not', () => {
  const rising = Array.from({ length: 12 }, (_, i) => [i % 4, (i % 4) + 0.1 * (i % 3)] as const);
  expect(slopeTest(rising).statistic).toBeCloseTo(1, 1);
  expect(slopeTest(rising).pValue).toBeLessThan(0.001);
  expect(slopeTest(rising.map(([x], i) => [x, [3, 1, 2, 2, 1, 3, 1, 2, 2, 2, 3, 2][i]!] as const)).pValue).toBeGreaterThan(0.05);
});

test('remaining time is the work left over the rate so far, and no less than the longest run’s rest', () => {
  let now = 0;
  const remaining = remainingTime(new Map([['a', 10], ['b', 10], ['c', 20]]), { jobs: 2, now: () => now });
  remaining.start('a');
  remaining.start('b');
  expect(remaining.seconds()).toBeUndefined();
  now = 10_000;
  remaining.end('a');
  remaining.end('b');
  expect(remaining.share()).toBe(0.5);
  // 20 units in 10 s by two workers; c alone takes 20 s on one of them.
  expect(remaining.seconds()).toBe(20);
});

test('a first step, which waits for its programs, tells nothing of the remaining time', () => {
  let now = 0;
  const remaining = remainingTime(new Map([['a', 10]]), { jobs: 1, now: () => now });
  remaining.start('a');
  now = 8000;
  remaining.progress('a', 1 / 600);
  expect(remaining.seconds()).toBeUndefined();
  now = 10_000;
  remaining.progress('a', 0.1);
  expect(remaining.seconds()).toBeCloseTo((10 * 9) / (1 - 10 / 600), 6);
});

test('a run that goes on from a checkpoint is not the faster for what was done before', () => {
  let now = 0;
  const remaining = remainingTime(new Map([['a', 10]]), { jobs: 1, now: () => now });
  remaining.start('a');
  remaining.progress('a', 0.5);
  now = 10_000;
  remaining.progress('a', 0.75);
  expect(remaining.seconds()).toBe(10);
});
