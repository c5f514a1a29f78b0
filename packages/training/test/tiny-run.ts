import { createRng } from '@prefix-tuning/base';
import { sequenceBatches, trainingRuntime, tune, type RunOptions } from '../src/index.js';
import { readGoldens, tinyGpt2 } from './tiny.js';

/** A short run of prefix-tuning on the tiny GPT-2, with noise, validation and checkpoints every third step. */
export async function tinyRun(folder: string, more: Partial<RunOptions> = {}): Promise<RunOptions> {
  const [model, { sequences }] = await Promise.all([tinyGpt2(), readGoldens()]);
  const batches = sequenceBatches(sequences, { objective: 'example-sum', batchSize: 2 });
  return {
    folder,
    model,
    tuning: await tune('prefix', model, { settings: { length: 2, networkWidth: 8, dropout: 0.1 }, rng: createRng(5) }),
    batches,
    hyperparameters: { learningRate: 0.02, steps: 40, warmupSteps: 2 },
    validation: { batches, everySteps: 7, select: 'best' },
    seed: 5,
    runtime: await trainingRuntime({ threads: 1 }),
    checkpointEvery: { steps: 3 },
    ...more,
  };
}
