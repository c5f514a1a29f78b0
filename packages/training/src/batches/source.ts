import { checkFields, ConfigError, type FieldsOf, type Rng } from '@prefix-tuning/base';
import { collate, rowOptions, sharesRows, type Batch, type CollateOptions } from './batch.js';
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

const fields: FieldsOf<CollateOptions> = { objective: true, batchSize: true, maxTokens: true, maxSource: true, layout: true, packed: true, modelWidth: true };

/**
 * Batches of sequences: each pass shuffles them and cuts the list; the last batch may hold fewer.
 *
 * @throws ConfigError  if there are no sequences, or an option is unknown or out of range
 */
export function sequenceBatches(sequences: readonly TokenSequence[], options: CollateOptions): BatchSource {
  const { batchSize } = options;
  checkFields('batches', options, Object.keys(fields));
  if (sequences.length === 0) throw new ConfigError('batches: expected at least one example, got none.');
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError(`batches: expected batchSize to be a whole number of at least 1, got ${batchSize}.`);
  }
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
