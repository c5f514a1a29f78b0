import { bucketSize } from './bucket.js';

/** Where the sequences of a batch stand: B rows of T tokens. */
export interface RowPlan {
  readonly rows: number;
  readonly width: number;
  /** Row and first position of each sequence. */
  readonly places: readonly { readonly row: number; readonly start: number }[];
  /** Whether sequences share rows. */
  readonly shared: boolean;
  /**
   * If they are rows of attention alone: how many tokens there are with padding. They stand one behind the other, so that attention
   * alone pays for what a row has left. Unless given, tokens stand in the rows.
   */
  readonly tokens?: number;
}

export interface RowOptions {
  readonly batchSize: number;
  readonly maxTokens: number;
  readonly modelWidth: number;
}

/** How sequences share rows. */
export interface SharedRows {
  /** If they are rows of attention alone: what tokens are padded to a multiple of. */
  readonly unit?: number;
  /** Then there are at least as many rows. */
  readonly rows?: number;
}

/** One row for each sequence, as wide as the longest needs. */
export function rowEach(lengths: readonly number[], { batchSize, maxTokens }: { batchSize: number; maxTokens: number }): RowPlan {
  const width = Math.min(bucketSize(Math.max(...lengths)), maxTokens);
  return { rows: batchSize, width, places: lengths.map((_, row) => ({ row, start: 0 })), shared: false };
}

/** The work of a step with these rows, in tokens without attention. */
export function costOf({ rows, width, tokens }: Pick<RowPlan, 'rows' | 'width' | 'tokens'>, { modelWidth }: RowOptions): number {
  const slots = rows * width;
  // Attention against the rest, as measured: an equal share at 2,000 tokens of width 768 and at 440 of width 160.
  const attention = (slots * width) / (2.6 * modelWidth);
  // Tokens are moved to their rows and back, in every layer.
  return tokens === undefined ? slots + attention : tokens + (10 * slots) / modelWidth + attention;
}

/**
 * The cheapest rows for sequences of these lengths: one each, or several in rows of one of few widths (64, 96, 128,
 * 192, ...). A batch with fewer sequences gets the rows of a full one, so that it shares the full one's program.
 */
export function planRows(lengths: readonly number[], options: RowOptions): RowPlan {
  const longest = Math.max(...lengths);
  const widths = [3, 4, 6, 8, 12, 16].map((times) => Math.ceil(2 ** Math.floor(Math.log2(longest / 4)) * times)).filter((width) => width >= longest);
  const ways = widths.flatMap((width) => [{}, { unit: 32 }].map((shared) => shareRows(lengths, { width, ...shared }, options)));
  const plans = [rowEach(lengths, options), ...ways];
  return plans.reduce((best, plan) => (costOf(plan, options) < costOf(best, options) ? plan : best));
}

/** Rows of a given width, as few as hold these sequences; if they are of attention alone, these and one token of padding. */
export function shareRows(lengths: readonly number[], { width, unit, rows = 1 }: SharedRows & { readonly width: number }, { batchSize }: RowOptions): RowPlan {
  const full = Array.from({ length: batchSize }, (_, i) => lengths[i % lengths.length]!);
  const total = full.reduce((sum, length) => sum + length, 0);
  const { used, places } = firstFit(full, width);
  const plan = { width, places: places.slice(0, lengths.length), shared: true };
  if (unit === undefined) return { ...plan, rows: used };
  return { ...plan, rows: Math.max(rows, used, Math.floor(total / width) + 1), tokens: Math.ceil((total + 1) / unit) * unit };
}

/** First fit, longest first: within 11/9 of the fewest rows, and one more (Johnson 1973). */
function firstFit(lengths: readonly number[], width: number): { readonly used: number; readonly places: RowPlan['places'] } {
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
  return { used: used.length, places };
}
