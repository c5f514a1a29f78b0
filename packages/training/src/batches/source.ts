import { ConfigError, type Rng } from '@prefix-tuning/base';
import { checkBatchOptions, checkSequences, collate, rowOptions, sharesRows, type Batch, type CollateOptions } from './batch.js';
import type { TokenSequence } from './sequence.js';
import { usualRows } from './usual.js';

/** Batches of one data set, epoch after epoch. */
export interface BatchSource {
  readonly batchesPerEpoch: number;
  /** How they are made, for a run's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The batches of one pass, in an order that `rng` decides; without it, in the data's own order. */
  epoch(rng?: Rng): Iterable<Batch>;
}

/**
 * Batches of sequences: each pass shuffles them and cuts the list; the last batch may hold fewer.
 *
 * @throws ConfigError  if there are no sequences, or an option is unknown or out of range
 * @throws ShapeError  if a sequence has no token to predict, or is too long: here, not hours into a run
 */
export function sequenceBatches(sequences: readonly TokenSequence[], options: CollateOptions): BatchSource {
  checkBatchOptions(options);
  const { batchSize } = options;
  if (!Array.isArray(sequences)) throw new ConfigError(`batches: expected a list of sequences, got ${String(sequences)}. Pass what pairEncoder(model).pair makes of each pair.`);
  if (sequences.length === 0) throw new ConfigError('batches: expected at least one example, got none.');
  checkSequences(sequences, options);
  const usual = sharesRows(options) ? usualRows(sequences, rowOptions(options)) : undefined;
  const batchesPerEpoch = Math.ceil(sequences.length / batchSize);
  return {
    batchesPerEpoch,
    settings: { ...options },
    *epoch(rng) {
      const order = rng ? rng.shuffle(sequences) : sequences;
      for (let start = 0; start < order.length; start += batchSize) yield collate(order.slice(start, start + batchSize), options, usual);
    },
  };
}
