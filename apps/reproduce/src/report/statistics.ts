import { createRng } from '@prefix-tuning/base';

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What each value differs by from their mean. */
export function centred(values: readonly number[]): number[] {
  const middle = mean(values);
  return values.map((value) => value - middle);
}

/** Sample variance. */
export function variance(values: readonly number[]): number {
  return centred(values).reduce((sum, value) => sum + value ** 2, 0) / (values.length - 1);
}

/** Student's t at 97.5% for 1 to 30 degrees of freedom; the normal's beyond. */
const t975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069,
  2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** 95% interval of the mean by Student's t; at least two values. */
export function tInterval(values: readonly number[]): { low: number; high: number } {
  const half = (t975[values.length - 2] ?? 1.96) * Math.sqrt(variance(values) / values.length);
  return { low: mean(values) - half, high: mean(values) + half };
}

export interface TestResult {
  /** What was observed. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * Sign-flip test: is the mean of paired differences other than 0? All sign patterns up to 14 pairs, 10,000 random ones beyond.
 */
export function signFlipTest(differences: readonly number[]): TestResult {
  const statistic = mean(differences);
  return { statistic, pValue: permutationP(statistic, differences.length, (flips) => mean(differences.map((difference, i) => (flips[i] ? -difference : difference)))) };
}

/** Label-swap test of a statistic of two paired groups: pairs change places. */
export function swapTest(first: readonly number[], second: readonly number[], statisticOf: (first: readonly number[], second: readonly number[]) => number): TestResult {
  const statistic = statisticOf(first, second);
  const swapped = (swaps: readonly boolean[]) =>
    statisticOf(
      first.map((value, i) => (swaps[i] ? second[i]! : value)),
      second.map((value, i) => (swaps[i] ? first[i]! : value)),
    );
  return { statistic, pValue: permutationP(statistic, first.length, swapped) };
}

function permutationP(observed: number, pairs: number, statisticOf: (flips: readonly boolean[]) => number): number {
  const exact = pairs <= 14;
  const rng = createRng('permutation');
  const trials = exact ? 2 ** pairs : 10_000;
  let asLarge = 0;
  for (let trial = 0; trial < trials; trial++) {
    const flips = Array.from({ length: pairs }, (_, i) => (exact ? ((trial >> i) & 1) === 1 : rng.uniform() < 0.5));
    if (Math.abs(statisticOf(flips)) >= Math.abs(observed) - 1e-12) asLarge++;
  }
  return exact ? asLarge / trials : (asLarge + 1) / (trials + 1);
}

/** Slope of the least-squares line of y over x. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const [top, bottom] = [points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0), points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)];
  return top / bottom;
}

/** Permutation test of a slope: the y values are dealt out to the x values anew. */
export function slopeTest(points: readonly (readonly [number, number])[]): TestResult {
  const statistic = slope(points);
  const rng = createRng('slope');
  const trials = 5000;
  let asLarge = 0;
  for (let trial = 0; trial < trials; trial++) {
    const ys = rng.shuffle(points.map(([, y]) => y));
    if (Math.abs(slope(points.map(([x], i) => [x, ys[i]!] as const))) >= Math.abs(statistic) - 1e-12) asLarge++;
  }
  return { statistic, pValue: (asLarge + 1) / (trials + 1) };
}
