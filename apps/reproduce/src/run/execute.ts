import { createRng, type OnProgress } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { Model } from '@prefix-tuning/model';
import { adapterBottleneck, pairEncoder, tokenLimit, tune, type Tuning } from '@prefix-tuning/training';
import { join } from 'node:path';
import { openDataset } from '../sources/data.js';
import type { RunSpec } from '../plan/run.js';
import { decode } from './decode.js';
import { testExamples, trainingData } from './examples.js';
import { countOf, savedSize, type RunResult } from './record.js';
import { removeRemains, train } from './train.js';

/** A run with the places that it reads and writes. */
export interface RunJob {
  readonly id: string;
  readonly spec: RunSpec;
  /** The run's own folder. */
  readonly folder: string;
  readonly modelFolder: string;
  readonly dataFolder: string;
}

export interface ExecuteOptions {
  readonly model: Model;
  readonly runtime: Runtime;
  readonly threads: number;
  readonly onProgress: OnProgress;
}

/** Where a run trains; what its method keeps is in `tuned` there. */
export const trainingFolder = (folder: string): string => join(folder, 'training');

/** Trains, saves what the method keeps, and decodes the test set; what only training needs stays for whoever writes the result. */
export async function executeRun({ id, spec, folder: own, dataFolder }: RunJob, { model, runtime, threads, onProgress }: ExecuteOptions): Promise<RunResult> {
  const dataset = await openDataset(spec, dataFolder);
  const tuning = await startTuning(spec, model);
  const { source: maxSource, target: maxTarget } = spec.tokens;
  // The model reads all of a sequence but its last token.
  const maxLength = Math.min(512, tokenLimit(model, tuning) + 1);
  const encoder = pairEncoder(model, { maxLength, maxSource, maxTarget, tooLong: 'truncate' });
  const folder = trainingFolder(own);
  await removeRemains(folder);
  const common = { spec, model, tuning, encoder, runtime, onProgress };
  const { parameters, trainSeconds, compileSeconds, ...trained } = await train({ ...common, folder, data: await trainingData(dataset, spec) });
  const started = performance.now();
  const outputs = await decode({ ...common, parameters, test: await testExamples(dataset, spec.test) });
  const seconds = { train: trainSeconds, decode: (performance.now() - started) / 1000, compile: compileSeconds };
  const size = await savedSize(join(folder, 'tuned'));
  const total = Object.values(model.parameters).reduce((sum, tensor) => sum + tensor.size, 0);
  return { id, outputs, parameters: { model: total, trained: countOf(tuning.parameters), kept: size.parameters }, savedBytes: size.bytes, ...trained, seconds, threads };
}

/** The method at its start. The seed of a run decides it, whatever the method is called. */
export async function startTuning({ method, settings, share, words, seed }: RunSpec, model: Model): Promise<Tuning> {
  const bottleneck = share === undefined ? {} : { bottleneck: adapterBottleneck(model, share) };
  const tokens = words === undefined ? {} : { tokens: model.tokenizer.encode(` ${words}`) };
  return tune(method, model, { settings: { ...settings, ...bottleneck, ...tokens }, rng: createRng(seed).fork('tuning') });
}
