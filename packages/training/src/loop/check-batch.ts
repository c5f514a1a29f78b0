import { ConfigError } from '@prefix-tuning/base';
import type { Batch } from '../batches/batch.js';
import type { Tuning } from '../methods/method.js';
import { tokenLimit, type TrainableModel } from '../model.js';

/** @throws ConfigError  if a tuned model has no positions for a batch, which was made without its limits, or no such tokens */
export function checkBatch(model: TrainableModel, tuning: Tuning, batch: Batch): void {
  checkTokens(model, batch);
  checkPositions(model, tuning, batch);
}

function checkTokens({ config: { vocabulary } }: TrainableModel, { ids, tensors }: Batch): void {
  const most = Math.max(...[tensors.ids, tensors.targets, ...(tensors.source ? [tensors.source.ids] : [])].map(({ data }) => largest(data)));
  if (most < vocabulary) return;
  throw new ConfigError(`batch: expected token ids below the model's vocabulary of ${vocabulary}, got ${most} among ${ids.join(', ')}. Encode the texts with this model's own tokenizer.`, {
    details: { vocabulary, got: most, ids },
  });
}

function checkPositions(model: TrainableModel, tuning: Tuning, batch: Batch): void {
  const limit = tokenLimit(model, tuning);
  const longest = tuning.layout === 'split' ? longestBehindSource(batch) : longestRow(batch);
  if (longest <= limit) return;
  throw new ConfigError(
    `batch: expected sequences of at most ${limit} tokens with padding, got ${longest} among ${batch.ids.join(', ')}. Spread batchShape(model, tuning) into the options of sequenceBatches.`,
    { details: { limit, longest, ids: batch.ids } },
  );
}

/** Positions that the longest row of a batch takes, padding included; where sequences share rows, the longest sequence. */
function longestRow({ tensors: { ids, packing, source } }: Batch): number {
  return packing ? 1 + largest(packing.positions.data) : Math.max(ids.shape[1]!, source?.ids.shape[1] ?? 0);
}

/** The same without padding, where targets count on from their source. */
function longestBehindSource({ tensors: { ids, rows, source }, targets }: Batch): number {
  const [T, X] = [ids.shape[1]!, source?.mask.shape[1] ?? 0];
  const read = new Float32Array(ids.shape[0]!);
  for (let i = 0; i < read.length * X; i++) read[Math.floor(i / X)]! += source!.mask.data[i]!;
  return largest(Array.from(rows.data.slice(0, targets), (place) => read[Math.floor(place / T)]! + (place % T) + 1));
}

const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, value), 0);
