import { createRng } from '@prefix-tuning/base';
import { bucketSize } from './bucket.js';
import { costOf, planRows, rowsOf, type RowOptions, type RowPlan } from './pack.js';
import type { TokenSequence } from './sequence.js';

/** Rows that most batches of a data set have, so that a run over it needs few programs. */
export interface UsualRows {
  /** Tokens of a row. */
  readonly width: number;
  /** Most targets of a batch, as a share of its rows' tokens. */
  readonly targetShare: number;
}

/** Batches of random sequences that are looked at. */
const SAMPLES = 64;
/** What one more program costs a run, as a share of its work. */
const PROGRAM = 0.02;

/** The rows that make random batches of these sequences cheapest; a batch in which a sequence does not fit keeps rows of its own. */
export function usualRows(sequences: readonly TokenSequence[], options: RowOptions): UsualRows {
  const rng = createRng('usual rows');
  const size = Math.min(options.batchSize, sequences.length);
  const batches = Array.from({ length: SAMPLES }, () => rng.sample(sequences, size));
  const read = batches.map((batch) => batch.map(({ ids }) => ids.length - 1));
  const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length - 1), 1);
  const widths = new Set(Array.from({ length: 4 * longest }, (_, i) => Math.min(bucketSize(i + 1), options.maxTokens)));
  const choices = [...widths].map((width) => {
    const plans = read.map((lengths) => planUsual(lengths, options, { width }));
    const programs = new Set(plans.map(({ rows, width }) => `${rows} x ${width}`)).size;
    const cost = plans.reduce((sum, plan) => sum + costOf(plan, options), 0) * (1 + PROGRAM * programs);
    const shares = plans.map(({ rows, width }, i) => batches[i]!.reduce((sum, { ids, from }) => sum + ids.length - from, 0) / (rows * width));
    return { width, cost, targetShare: Math.max(...shares) };
  });
  const { width, targetShare } = choices.reduce((best, choice) => (choice.cost < best.cost ? choice : best));
  return { width, targetShare };
}

/** Rows of the usual width if all sequences fit, else the cheapest. */
export const planUsual = (lengths: readonly number[], options: RowOptions, { width }: Pick<UsualRows, 'width'>): RowPlan =>
  Math.max(...lengths) <= width ? rowsOf(width, lengths, options) : planRows(lengths, options);
