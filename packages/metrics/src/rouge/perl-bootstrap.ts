/** Perl's random numbers (drand48): x = a x + c mod 2^48, seeded with the upper 32 bits; in halves of 24 bits. */
function drand48(seed: number): () => number {
  const HALF = 2 ** 24;
  const [aHigh, aLow] = [0x5de, 0xece66d];
  let [high, low] = [Math.floor(seed / 2 ** 8) % HALF, (seed % 2 ** 8) * 2 ** 16 + 0x330e];
  return () => {
    const product = low * aLow + 0xb;
    high = (low * aHigh + high * aLow + Math.floor(product / HALF)) % HALF;
    low = product % HALF;
    return (high * HALF + low) / 2 ** 48;
  };
}

/**
 * The averages that ROUGE-1.5.5 prints: not the means over segments, but the means of their bootstrap resamples.
 *
 * Resample i draws with Perl's generator seeded with i. The script numbers its segments from 1 and sorts the numbers
 * as text (1, 10, 100, ...), which decides what a draw means.
 *
 * @param rows  one row of scores per segment
 * @returns for each resample the mean row
 */
export function resampleAsPerl(rows: readonly Float64Array[], resamples: number): Float64Array[] {
  const order = rows.map((_, i) => String(i + 1)).sort();
  const sorted = order.map((id) => rows[Number(id) - 1]!);
  return Array.from({ length: resamples }, (_, seed) => {
    const random = drand48(seed);
    const sum = new Float64Array(rows[0]!.length);
    for (let i = 0; i < sorted.length; i++) {
      const row = sorted[Math.floor(random() * sorted.length)]!;
      for (let k = 0; k < sum.length; k++) sum[k]! += row[k]!;
    }
    return sum.map((value) => value / sorted.length);
  });
}
