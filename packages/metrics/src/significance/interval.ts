import { checkFields, createRng, type FieldsOf, type Rng } from '@prefix-tuning/base';
import { MetricInputError, type SegmentStatistics } from '../metric.js';

export interface ResampleOptions {
  readonly samples?: number;
  /** Decides every draw; default 12345, as in sacrebleu (whose generator is another one). */
  readonly seed?: number | string;
}

export interface IntervalOptions extends ResampleOptions {
  readonly confidence?: number;
}

const fields: FieldsOf<IntervalOptions> = { samples: true, seed: true, confidence: true };

export interface Interval {
  /** Mean of the resampled scores. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Half of the interval's width, which sacrebleu prints after a plus-minus sign. */
  readonly halfWidth: number;
}

export const DEFAULT_SEED = 12345;

/**
 * Confidence interval of a corpus score by bootstrap resampling of its segments (Koehn 2004), as in sacrebleu.
 *
 * The bounds are order statistics: of n sorted scores those floor(n (1 - confidence) / 2) from either end.
 *
 * @param options.samples  default 1000
 * @param options.confidence  default 0.95
 * @throws MetricInputError  if there are no segments, or samples or confidence are out of range
 * @throws ConfigError  for an option that does not exist
 */
export function bootstrapInterval(statistics: SegmentStatistics, options: IntervalOptions = {}): Interval {
  checkFields('bootstrapInterval', options, Object.keys(fields));
  const { samples = 1000, confidence = 0.95, seed = DEFAULT_SEED } = options;
  checkSamples('bootstrapInterval', statistics, samples);
  if (!(confidence > 0 && confidence < 1)) {
    throw new MetricInputError(`bootstrapInterval: expected a confidence between 0 and 1, got ${confidence}.`, { details: { confidence } });
  }
  const draws = drawIndices(createRng(seed), statistics.rows.length);
  const scores = Array.from({ length: samples }, () => resampledScore(statistics, draws()));
  return intervalOf(scores, confidence);
}

export function checkSamples(where: string, { rows }: SegmentStatistics, samples: number): void {
  if (rows.length === 0) throw new MetricInputError(`${where}: expected at least one segment, got none.`);
  if (!Number.isInteger(samples) || samples < 1) {
    throw new MetricInputError(`${where}: expected a positive whole number of samples, got ${samples}.`, { details: { samples } });
  }
}

/** Mean and bounds of resampled scores. */
export function intervalOf(scores: readonly number[], confidence = 0.95): Interval {
  const sorted = Float64Array.from(scores).sort();
  // Rounded first, since 1 - 0.95 is not quite 0.05 in binary.
  const cut = Math.floor(Number(((sorted.length * (1 - confidence)) / 2).toFixed(9)));
  const [low, high] = [sorted[cut]!, sorted[sorted.length - cut - 1]!];
  return { mean: sorted.reduce((sum, score) => sum + score, 0) / sorted.length, low, high, halfWidth: (high - low) / 2 };
}

/** Each call fills one array with as many draws from 0 to `count` - 1, with replacement. */
export function drawIndices(rng: Rng, count: number): () => Int32Array {
  const indices = new Int32Array(count);
  return () => {
    for (let i = 0; i < count; i++) indices[i] = rng.integer(count);
    return indices;
  };
}

/** The corpus score of the segments at these places. */
export function resampledScore({ names, rows, aggregate }: SegmentStatistics, indices: Int32Array): number {
  const sum = new Float64Array(names.length);
  for (const index of indices) {
    const row = rows[index]!;
    for (let k = 0; k < sum.length; k++) sum[k]! += row[k]!;
  }
  return aggregate(sum, indices.length);
}
