import { createRng } from '@prefix-tuning/base';
import { bucketSize } from './bucket.js';
import { costOf, planRows, rowEach, shareRows, type RowOptions, type RowPlan, type SharedRows } from './pack.js';
import type { TokenSequence } from './sequence.js';

/** Rows that most batches of a data set have, so that a run over it needs few programs. */
export interface UsualRows extends Required<SharedRows> {
  /** Most targets of a batch, as a share of its tokens with padding. */
  readonly targetShare: number;
}

/** Batches of random sequences that are looked at. */
const SAMPLES = 64;
/** What one more program costs a run, as a share of its work. */
const PROGRAM = 0.02;
/** Of what tokens may be padded to a multiple. */
const UNITS = [16, 32, 64, 128, 256];

/**
 * The rows that make random batches of these sequences cheapest; a batch in which a sequence does not fit keeps rows of its own.
 * None where a row for each sequence is cheaper.
 */
export function usualRows(sequences: readonly TokenSequence[], options: RowOptions): UsualRows | undefined {
  const rng = createRng('usual rows');
  const size = Math.min(options.batchSize, sequences.length);
  const batches = Array.from({ length: SAMPLES }, () => rng.sample(sequences, size));
  const read = batches.map((batch) => batch.map(({ ids }) => ids.length - 1));
  const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length - 1), 1);
  const widths = new Set(Array.from({ length: 4 * longest }, (_, i) => Math.min(bucketSize(i + 1), options.maxTokens)));
  const apart = { cost: costOfAll(read.map((lengths) => rowEach(lengths, options)), options) };
  const shared = [...widths].flatMap((width) => {
    const rows = Math.max(...read.map((lengths) => planUsual(lengths, options, { width, unit: 1 })).map((plan) => (plan.width === width ? plan.rows : 1)));
    return UNITS.map((unit) => ({ width, rows, unit })).map((usual) => {
      const plans = read.map((lengths) => planUsual(lengths, options, usual));
      const shares = plans.map(({ rows, width, tokens = rows * width }, i) => batches[i]!.reduce((sum, { ids, from }) => sum + ids.length - from, 0) / tokens);
      return { cost: costOfAll(plans, options), usual: { ...usual, targetShare: Math.max(...shares) } };
    });
  });
  return [apart, ...shared].reduce<{ cost: number; usual?: UsualRows }>((best, choice) => (choice.cost < best.cost ? choice : best), apart).usual;
}

function costOfAll(plans: readonly RowPlan[], options: RowOptions): number {
  const programs = new Set(plans.map(({ rows, width, tokens }) => `${rows} x ${width}, ${tokens}`)).size;
  return plans.reduce((sum, plan) => sum + costOf(plan, options), 0) * (1 + PROGRAM * programs);
}

/** Rows of the usual width if all sequences fit, else the cheapest. */
export const planUsual = (lengths: readonly number[], options: RowOptions, usual: SharedRows): RowPlan =>
  Math.max(...lengths) <= usual.width ? shareRows(lengths, usual, options) : planRows(lengths, options, usual.unit);
