import type { SegmentStatistics } from './metric.js';

/** The sum of all rows of additive statistics. */
export function sumRows(rows: readonly Float64Array[], width: number): Float64Array {
  const sum = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) sum[i]! += row[i]!;
  return sum;
}

/** The corpus score, and that of each segment alone, from additive statistics. */
export function scoreStatistics({ names, rows, aggregate }: SegmentStatistics): { score: number; segments: number[] } {
  return {
    score: aggregate(sumRows(rows, names.length), rows.length),
    segments: rows.map((row) => aggregate(row, 1)),
  };
}

/** Statistics of a metric whose corpus score is the mean of its segment scores. */
export function meanStatistics(segments: readonly number[], name: string): SegmentStatistics {
  return {
    names: [name],
    rows: segments.map((score) => Float64Array.of(score)),
    aggregate: (sum, count) => sum[0]! / count,
  };
}
