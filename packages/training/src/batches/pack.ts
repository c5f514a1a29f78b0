import { bucketSize } from './bucket.js';

/** Where the sequences of a batch stand: B rows of T tokens, several sequences in a row. */
export interface RowPlan {
  readonly rows: number;
  readonly width: number;
  /** Row and first position of each sequence. */
  readonly places: readonly { readonly row: number; readonly start: number }[];
  /** Whether a row holds more than one. */
  readonly packed: boolean;
}

/** One row for each sequence, as wide as the longest needs. */
export function rowEach(lengths: readonly number[], { batchSize, maxTokens }: { batchSize: number; maxTokens: number }): RowPlan {
  const width = Math.min(bucketSize(Math.max(...lengths)), maxTokens);
  return { rows: batchSize, width, places: lengths.map((_, row) => ({ row, start: 0 })), packed: false };
}

export interface RowOptions {
  readonly batchSize: number;
  readonly maxTokens: number;
  readonly modelWidth: number;
}

/** The work of a step in these rows, in tokens without attention. */
export const costOf = ({ rows, width }: Pick<RowPlan, 'rows' | 'width'>, { modelWidth }: RowOptions): number =>
  // Attention against the rest, as measured: an equal share at 2,000 tokens of width 768 and at 440 of width 160.
  rows * width * (1 + width / (2.6 * modelWidth));

/**
 * The cheapest rows for sequences of these lengths: one each, or several in rows of one of few widths (64, 96, 128,
 * 192, ...). A batch with fewer sequences gets the rows of a full one, so that it shares the full one's program.
 */
export function planRows(lengths: readonly number[], options: RowOptions): RowPlan {
  const full = fullBatch(lengths, options);
  const longest = Math.max(...lengths);
  const widths = [3, 4, 6, 8, 12, 16].map((times) => Math.ceil(2 ** Math.floor(Math.log2(longest / 4)) * times)).filter((width) => width >= longest);
  const plans = widths.map((width) => firstFit(full, width)).filter(({ packed }) => packed);
  const plan = plans.reduce((best, plan) => (costOf(plan, options) < costOf(best, options) ? plan : best), rowEach(full, options));
  return { ...plan, places: plan.places.slice(0, lengths.length) };
}

/** Rows of a given width, as few as hold these sequences. */
export function rowsOf(width: number, lengths: readonly number[], options: RowOptions): RowPlan {
  const plan = firstFit(fullBatch(lengths, options), width);
  return { ...plan, places: plan.places.slice(0, lengths.length) };
}

const fullBatch = (lengths: readonly number[], { batchSize }: RowOptions): number[] => Array.from({ length: batchSize }, (_, i) => lengths[i % lengths.length]!);

/** First fit, longest first: within 11/9 of the fewest rows, and one more (Johnson 1973). */
function firstFit(lengths: readonly number[], width: number): RowPlan {
  const used: number[] = [];
  const places: { row: number; start: number }[] = [];
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  for (const i of order) {
    const found = used.findIndex((taken) => taken + lengths[i]! <= width);
    const row = found < 0 ? used.length : found;
    const start = used[row] ?? 0;
    places[i] = { row, start };
    used[row] = start + lengths[i]!;
  }
  return { rows: used.length, width, places, packed: used.length < lengths.length };
}
