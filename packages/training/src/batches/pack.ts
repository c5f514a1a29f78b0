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

/** What the attention of a token costs in a row of this width, as a share of the rest that it costs. */
const attentionShare = (width: number): number => width / 2000;
const cost = ({ rows, width }: RowPlan): number => rows * width * (1 + attentionShare(width));

/**
 * The cheapest rows for sequences of these lengths: one each, or several in rows of one of few widths (64, 96, 128,
 * 192, ...), so that batches share compiled programs. A batch with fewer sequences gets the rows of a full one.
 */
export function planRows(lengths: readonly number[], options: { batchSize: number; maxTokens: number }): RowPlan {
  const full = Array.from({ length: options.batchSize }, (_, i) => lengths[i % lengths.length]!);
  const longest = Math.max(...lengths);
  const widths = [3, 4, 6, 8, 12, 16].map((times) => Math.ceil(2 ** Math.floor(Math.log2(longest / 4)) * times)).filter((width) => width >= longest);
  const plans = widths.map((width) => firstFit(full, width)).filter(({ packed }) => packed);
  const plan = plans.reduce((best, plan) => (cost(plan) < cost(best) ? plan : best), rowEach(full, options));
  return { ...plan, places: plan.places.slice(0, lengths.length) };
}

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
