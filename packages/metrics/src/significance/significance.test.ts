import { createRng } from '@prefix-tuning/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputs } from '../../test/inputs/index.js';
import { bleu } from '../bleu/bleu.js';
import { MetricInputError } from '../metric.js';
import { meanStatistics } from '../statistics.js';
import { compareSystems } from './compare.js';
import { bootstrapInterval } from './interval.js';

const { hypotheses, references } = inputs.xsum;
const score = (texts: readonly string[]) => bleu({ hypotheses: texts, references });
const system = score(hypotheses);

describe('against sacrebleu 2.6.0, whose generator draws otherwise', () => {
  const baseline = score(hypotheses.map((text, n) => text.split(' ').filter((_, i) => (i + n) % 13 !== 0).join(' ')));

  test('the paired bootstrap gives its p-value and, nearly, its intervals', () => {
    const { difference, pValue, intervals } = compareSystems({ baseline, system });
    expect(difference).toBeCloseTo(28.32844795115495 - 23.545098903222527, 8);
    expect(pValue).toBeCloseTo(0.000999000999, 9);
    expect(Math.abs(intervals!.baseline.mean - 23.50311)).toBeLessThan(0.15);
    expect(Math.abs(intervals!.baseline.halfWidth - 1.81818)).toBeLessThan(0.25);
    expect(Math.abs(intervals!.system.mean - 28.07117)).toBeLessThan(0.15);
    expect(Math.abs(intervals!.system.halfWidth - 2.09124)).toBeLessThan(0.25);
  });

  test('paired approximate randomisation gives its p-value', () => {
    const { pValue, intervals, signature } = compareSystems({ baseline, system }, { method: 'randomization', samples: 2000 });
    expect(pValue).toBeCloseTo(1 / 2001, 9);
    expect(intervals).toBeUndefined();
    expect(signature).toBe(`${system.signature}|ar:2000|seed:12345`);
  });
});

test.each(['bootstrap', 'randomization'] as const)('a system does not differ from itself: %s', (method) => {
  expect(compareSystems({ baseline: system, system }, { method, samples: 50 })).toMatchObject({ difference: 0, pValue: 1 });
});

test('chance alone is rarely significant, and one seed gives one result', () => {
  const rng = createRng('noise');
  const noisy = () => {
    const values = Array.from({ length: 60 }, () => rng.normal());
    return { ...system, segments: values, statistics: meanStatistics(values, 'x') };
  };
  const pValues = Array.from({ length: 100 }, () => compareSystems({ baseline: noisy(), system: noisy() }, { method: 'randomization', samples: 200 }).pValue);
  const small = pValues.filter((p) => p < 0.1).length;
  expect(small).toBeGreaterThan(1);
  expect(small).toBeLessThan(22);
  expect(bootstrapInterval(system.statistics, { seed: 7, samples: 100 })).toEqual(bootstrapInterval(system.statistics, { seed: 7, samples: 100 }));
});

test('bootstrap intervals cover the true mean about as often as they say', () => {
  const rng = createRng('coverage');
  const covered = Array.from({ length: 200 }, (_, i) => {
    const sample = meanStatistics(Array.from({ length: 50 }, () => 3 + rng.normal()), 'x');
    const { low, high } = bootstrapInterval(sample, { samples: 200, seed: i, confidence: 0.9 });
    return low <= 3 && 3 <= high;
  }).filter(Boolean).length;
  expect(covered).toBeGreaterThan(165);
  expect(covered).toBeLessThan(195);
});

test('the interval lies within the scores of single segments', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 }), (values) => {
      const { low, mean, high } = bootstrapInterval(meanStatistics(values, 'x'), { samples: 50 });
      const slack = 1e-9;
      expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack);
      expect(mean).toBeGreaterThanOrEqual(low - slack);
      expect(high).toBeGreaterThanOrEqual(mean - slack);
      expect(high).toBeLessThanOrEqual(Math.max(...values) + slack);
    }),
    { numRuns: 50 },
  );
});

test('what cannot be compared is refused', () => {
  const shorter = bleu({ hypotheses: hypotheses.slice(1), references: references.slice(1) });
  expect(() => compareSystems({ baseline: shorter, system })).toThrow('expected as many segments of the baseline as of the system (500), got 499');
  const other = bleu({ hypotheses, references, lowercase: true });
  expect(() => compareSystems({ baseline: other, system })).toThrow(MetricInputError);
  const method = 'randomisation' as 'randomization';
  expect(() => compareSystems({ baseline: system, system }, { method })).toThrow('expected one of bootstrap, randomization as method, got randomisation');
  expect(() => compareSystems({ baseline: system, system }, { sample: 5 } as never)).toThrow('compareSystems: expected fields of method, samples, seed, got sample.');
  expect(() => bootstrapInterval(system.statistics, { level: 0.9 } as never)).toThrow('bootstrapInterval: expected fields of samples, seed, confidence, got level.');
  expect(() => bootstrapInterval(system.statistics, { samples: 0 })).toThrow('expected a positive whole number of samples, got 0');
  expect(() => bootstrapInterval(system.statistics, { confidence: 1 })).toThrow('expected a confidence between 0 and 1, got 1');
});
