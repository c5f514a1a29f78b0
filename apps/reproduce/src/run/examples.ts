import { ConfigError } from '@prefix-tuning/base';
import { collect, sampleLowData, type Dataset, type Example, type Pair } from '@prefix-tuning/datasets';
import type { RunSpec } from '../plan/run.js';

export interface TrainingData {
  readonly train: readonly Pair[];
  /** Looked at while training; empty unless the run chooses its best step. */
  readonly dev: readonly Pair[];
}

/** The pairs that a run trains on: all, or its low-data sample. */
export async function trainingData(dataset: Dataset, { sample }: Pick<RunSpec, 'sample'>): Promise<TrainingData> {
  if (sample) return sampleLowData(dataset, { size: sample.size, seed: sample.subset, devShare: sample.devShare });
  const train = await collect(dataset.train.pairs());
  if (train.length === 0) throw new ConfigError(`${dataset.folder.path}: expected training examples of ${dataset.name}, got none. Check the files.`);
  return { train, dev: [] };
}

/** The test inputs that a run decodes: all, or so many, evenly spread, so that every part of the set is among them. */
export async function testExamples(dataset: Dataset, limit: number): Promise<Example[]> {
  const all = await dataset.test.toArray();
  if (all.length === 0) throw new ConfigError(`${dataset.folder.path}: expected test examples of ${dataset.name}, got none. Check the files.`);
  if (limit === 0 || all.length <= limit) return all;
  return Array.from({ length: limit }, (_, i) => all[Math.floor((i * all.length) / limit)]!);
}
