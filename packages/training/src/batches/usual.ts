import { createRng } from '@prefix-tuning/base';
import { bucketSize } from './bucket.js';
import { costOf, rowEach, shareRows, type RowOptions, type RowPlan, type SharedRows } from './pack.js';
import type { TokenSequence } from './sequence.js';

/** Rows that most batches of a data set have, so that a run over it needs few programs. */
export interface UsualRows {
  /** Tokens of a row; a batch with a longer sequence has wider rows. */
  readonly width: number;
  /** How sequences share rows; a row for each where they do not. */
  readonly shared?: SharedRows;
  /** Most targets of a batch, as a share of its tokens with padding. */
  readonly targetShare: number;
}

/** Batches of random sequences that are looked at. */
const SAMPLES = 64;
/** What one more program costs a run, as a share of its work. */
const PROGRAM = 0.02;
/** Of what tokens may be padded to a multiple. */
const UNITS = [16, 32, 64, 128, 256];

type Choice = Omit<UsualRows, 'targetShare'>;

/** The rows that make random batches of these sequences cheapest. */
export function usualRows(sequences: readonly TokenSequence[], options: RowOptions): UsualRows {
  const rng = createRng('usual rows');
  const size = Math.min(options.batchSize, sequences.length);
  const batches = Array.from({ length: SAMPLES }, () => rng.sample(sequences, size));
  const read = batches.map((batch) => batch.map(({ ids }) => ids.length - 1));
  const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length - 1), 1);
  const widths = new Set(Array.from({ length: 4 * longest }, (_, i) => Math.min(bucketSize(i + 1), options.maxTokens)));
  const choices = [...widths].flatMap((width): Choice[] => {
    const fitting = read.filter((lengths) => Math.max(...lengths) <= width);
    if (fitting.length === 0) return [];
    const rows = Math.max(...fitting.map((lengths) => shareRows(lengths, { width, unit: 1 }, options).rows));
    return [{ width }, { width, shared: {} }, ...UNITS.map((unit) => ({ width, shared: { rows, unit } }))];
  });
  const plansOf = (choice: Choice) => read.map((lengths) => planUsual(lengths, options, choice));
  const costs = choices.map((choice) => costOfAll(plansOf(choice), options));
  const best = choices[costs.indexOf(Math.min(...costs))]!;
  const shares = plansOf(best).map(({ rows, width, tokens = rows * width }, i) => batches[i]!.reduce((sum, { ids, from }) => sum + ids.length - from, 0) / tokens);
  return { ...best, targetShare: Math.max(...shares) };
}

function costOfAll(plans: readonly RowPlan[], options: RowOptions): number {
  const programs = new Set(plans.map(({ rows, width, tokens }) => `${rows} x ${width}, ${tokens}`)).size;
  return plans.reduce((sum, plan) => sum + costOf(plan, options), 0) * (1 + PROGRAM * programs);
}

/** Rows of the usual width, or of one that fits the longest sequence. */
export function planUsual(lengths: readonly number[], options: RowOptions, { width: usual, shared }: Choice): RowPlan {
  const width = Math.max(usual, Math.min(bucketSize(Math.max(...lengths)), options.maxTokens));
  return shared ? shareRows(lengths, { width, ...shared }, options) : { ...rowEach(lengths, options), width };
}
