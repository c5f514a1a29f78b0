import { checkFields, createRng, type FieldsOf, type Rng } from '@prefix-tuning/base';
import { checkChoice, MetricInputError, type Score, type SegmentStatistics } from '../metric.js';
import { formatSignature } from '../signature.js';
import { sumRows } from '../statistics.js';
import { checkSamples, DEFAULT_SEED, drawIndices, intervalOf, resampledScore, type Interval, type ResampleOptions } from './interval.js';

export type Method = 'bootstrap' | 'randomization';

export interface CompareOptions extends ResampleOptions {
  /** Paired bootstrap resampling (default) or paired approximate randomisation. */
  readonly method?: Method;
}

const fields: FieldsOf<CompareOptions> = { method: true, samples: true, seed: true };

export interface Comparison {
  /** Score of the system minus score of the baseline. */
  readonly difference: number;
  /** How likely a difference this large is if the two systems are equally good; two-sided. */
  readonly pValue: number;
  /** The systems' confidence intervals; with `bootstrap` only, whose resamples give them. */
  readonly intervals?: { readonly baseline: Interval; readonly system: Interval };
  readonly signature: string;
}

const DEFAULT_SAMPLES = { bootstrap: 1000, randomization: 10_000 };

/**
 * Tests whether two systems' scores on the same segments differ by more than chance, as sacrebleu does.
 *
 * - `bootstrap` (Koehn 2004): both systems are scored on the same resamples of the segments; p is the share of them
 *   whose absolute difference exceeds the mean absolute difference by more than the real one.
 * - `randomization` (Riezler and Maxwell 2005): each segment's outputs change places with probability 1/2; p is the
 *   share of trials whose absolute difference exceeds the real one.
 *
 * p = (c + 1) / (n + 1) for c of n. Differs from sacrebleu in: where there is no difference at all p is 1, there 1 / (n + 1).
 *
 * @param options.samples  default 1000 resamples or 10,000 trials
 * @throws MetricInputError  if the two scores are not of one metric with equal settings on equally many segments,
 *   or there is no such method or number of samples
 * @throws ConfigError  for an option that does not exist
 */
export function compareSystems(
  { baseline, system }: { readonly baseline: Score<unknown>; readonly system: Score<unknown> },
  options: CompareOptions = {},
): Comparison {
  checkFields('compareSystems', options, Object.keys(fields));
  const { method = 'bootstrap', samples = DEFAULT_SAMPLES[method], seed = DEFAULT_SEED } = options;
  checkChoice('compareSystems', { method }, Object.keys(DEFAULT_SAMPLES));
  checkPair(baseline, system);
  checkSamples('compareSystems', system.statistics, samples);
  const pair: Pair = { baseline: baseline.statistics, system: system.statistics };
  const difference = total(pair.system) - total(pair.baseline);
  const test = method === 'bootstrap' ? pairedBootstrap : pairedRandomization;
  const result = test(pair, { difference: Math.abs(difference), samples, rng: createRng(seed) });
  const settings = { [method === 'bootstrap' ? 'bs' : 'ar']: samples, seed };
  const pValue = difference === 0 ? 1 : result.pValue;
  return { difference, ...result, pValue, signature: `${system.signature}|${formatSignature(settings)}` };
}

interface Pair {
  readonly baseline: SegmentStatistics;
  readonly system: SegmentStatistics;
}

interface Trial {
  /** The real one, absolute. */
  readonly difference: number;
  readonly samples: number;
  readonly rng: Rng;
}

function pairedBootstrap({ baseline, system }: Pair, { difference, samples, rng }: Trial): Pick<Comparison, 'pValue' | 'intervals'> {
  const draw = drawIndices(rng, system.rows.length);
  const scores = Array.from({ length: samples }, () => {
    const indices = draw();
    return { baseline: resampledScore(baseline, indices), system: resampledScore(system, indices) };
  });
  const differences = scores.map((score) => Math.abs(score.system - score.baseline));
  const mean = differences.reduce((sum, value) => sum + value, 0) / samples;
  const intervals = { baseline: intervalOf(scores.map((s) => s.baseline)), system: intervalOf(scores.map((s) => s.system)) };
  return { pValue: pValueOf(differences.filter((value) => value - mean > difference).length, samples), intervals };
}

function pairedRandomization({ baseline, system }: Pair, { difference, samples, rng }: Trial): Pick<Comparison, 'pValue'> {
  const count = system.rows.length;
  let more = 0;
  for (let trial = 0; trial < samples; trial++) {
    const [a, b] = [new Float64Array(system.names.length), new Float64Array(system.names.length)];
    for (let i = 0; i < count; i++) {
      const swap = rng.uniform() < 0.5;
      addTo(a, (swap ? baseline : system).rows[i]!);
      addTo(b, (swap ? system : baseline).rows[i]!);
    }
    if (Math.abs(system.aggregate(a, count) - system.aggregate(b, count)) > difference) more++;
  }
  return { pValue: pValueOf(more, samples) };
}

function pValueOf(more: number, samples: number): number {
  return (more + 1) / (samples + 1);
}

function addTo(sum: Float64Array, row: Float64Array): void {
  for (let k = 0; k < sum.length; k++) sum[k]! += row[k]!;
}

function total({ names, rows, aggregate }: SegmentStatistics): number {
  return aggregate(sumRows(rows, names.length), rows.length);
}

function checkPair(baseline: Score<unknown>, system: Score<unknown>): void {
  const [ours, theirs] = [system.statistics.rows.length, baseline.statistics.rows.length];
  if (ours !== theirs) {
    throw new MetricInputError(`compareSystems: expected as many segments of the baseline as of the system (${ours}), got ${theirs}.`, {
      details: { system: ours, baseline: theirs },
    });
  }
  if (system.signature !== baseline.signature || system.metric !== baseline.metric) {
    throw new MetricInputError(
      `compareSystems: expected both scores with ${system.metric}|${system.signature}, got ${baseline.metric}|${baseline.signature}. ` +
        'Score both systems with the same settings against the same references.',
      { details: { system: system.signature, baseline: baseline.signature } },
    );
  }
}
