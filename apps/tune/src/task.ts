import type { Pair } from '@prefix-tuning/datasets';
import type { Runtime } from '@prefix-tuning/jit';
import type { Model } from '@prefix-tuning/model';
import { batchShape, sequenceBatches, type BatchSource, type Tuning } from '@prefix-tuning/training';
import { encoderOf } from './encode.js';
import type { TrainOptions } from './train-options.js';

/** One training: what the parts of `train` share. */
export interface Task {
  readonly options: TrainOptions;
  readonly model: Model;
  readonly tuning: Tuning;
  readonly runtime: Runtime;
  readonly train: readonly Pair[];
  /** Held-out pairs. */
  readonly dev: readonly Pair[];
}

/** Pairs as a tuning of the model reads them. */
export function batches(pairs: readonly Pair[], { model, tuning, options }: Pick<Task, 'model' | 'tuning' | 'options'>): BatchSource {
  const { pair } = encoderOf(model, options.maxSource);
  const objective = options.method === 'prefix' ? 'example-sum' : 'token-mean';
  return sequenceBatches(pairs.map(pair), { objective, batchSize: options.batchSize, ...batchShape(model, tuning) });
}
