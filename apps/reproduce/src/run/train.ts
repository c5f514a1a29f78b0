import type { OnProgress } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { Model } from '@prefix-tuning/model';
import { batchShape, sequenceBatches, trainingProgress, trainRun, type HostTensors, type Hyperparameters, type PairEncoder, type RunEndEvent, type Tuning } from '@prefix-tuning/training';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSpec } from '../plan/run.js';
import type { TrainingData } from './examples.js';
import { readJson, writeJson } from '../sources/files.js';
import { quartiles, type RunResult } from './record.js';

export interface TrainInput {
  readonly spec: RunSpec;
  readonly model: Model;
  readonly tuning: Tuning;
  readonly encoder: PairEncoder;
  readonly data: TrainingData;
  /** Where training keeps checkpoints and what it made; an interrupted one goes on from there. */
  readonly folder: string;
  readonly runtime: Runtime;
  readonly onProgress: OnProgress;
}

/** What training gave: parameters to decode with, and a record of the way there. */
export interface Trained extends Pick<RunResult, 'steps' | 'keptStep' | 'curve' | 'validation' | 'stepSeconds'> {
  readonly parameters: HostTensors;
  readonly trainSeconds: number;
  readonly compileSeconds: number;
}

/** Trains one run; with a dev sample, what is kept is its best look. */
export async function train({ spec, model, tuning, encoder, data, folder, runtime, onProgress }: TrainInput): Promise<Trained> {
  const { objective, batchSize, everySteps, seed } = spec;
  const batchesOf = (pairs: TrainingData['train']) => sequenceBatches(pairs.map(encoder.pair), { objective, batchSize, ...batchShape(model, tuning) });
  const batches = batchesOf(data.train);
  const validation = everySteps === undefined || data.dev.length === 0 ? {} : { validation: { batches: batchesOf(data.dev), everySteps, select: 'best' as const } };
  const progressOf = trainingProgress('train');
  const stepSeconds: number[] = [];
  let compileSeconds = 0;
  for await (const event of trainRun({ folder, model, tuning, batches, hyperparameters: capped(spec, batches.batchesPerEpoch), seed, runtime, ...validation })) {
    const progress = progressOf(event);
    if (progress) onProgress(progress);
    if (event.type === 'step') stepSeconds.push(event.seconds);
    if (event.type === 'compile') compileSeconds += event.seconds;
    if (event.type === 'end') return { ...(await recordOf(event, folder)), ...(await timesOf(event, { folder, stepSeconds, compileSeconds })) };
  }
  throw new Error('trainRun ended without its last event');
}

/** Times of this training; of one that had ended before, as where decoding was interrupted, those kept then, or the mean step. */
async function timesOf({ result, seconds }: RunEndEvent, { folder, stepSeconds, compileSeconds }: { folder: string; stepSeconds: readonly number[]; compileSeconds: number }): Promise<Pick<Trained, 'stepSeconds' | 'compileSeconds'>> {
  const file = join(folder, 'times.json');
  if (stepSeconds.length === 0) return (await readJson(file)) ?? { stepSeconds: quartiles([seconds / result.steps]), compileSeconds };
  const times = { stepSeconds: quartiles(stepSeconds), compileSeconds };
  await writeJson(file, times);
  return times;
}

/** What a training that has ended must have left, to be taken up by whoever decodes. */
const needed = ['parameters.safetensors', 'tuned', 'log.jsonl'];

/** A run whose result was lost after it was whole, or whose files were, has nothing to decode with: it trains anew. */
export async function removeRemains(folder: string): Promise<void> {
  const there = (name: string) => existsSync(join(folder, name));
  if (there('result.json') && !needed.every(there)) await rm(folder, { recursive: true });
}

/** What only training needs is removed once a run is whole; what the method keeps stays. */
export const removeLeftovers = (folder: string): Promise<void> => rm(join(folder, 'parameters.safetensors'), { force: true });

/** Hyperparameters with the number of steps cut to --max-steps. */
export function capped({ hyperparameters, maxSteps }: Pick<RunSpec, 'hyperparameters' | 'maxSteps'>, batchesPerEpoch: number): Hyperparameters {
  const { epochs, steps: given, warmupSteps = 0, ...rest } = hyperparameters;
  const steps = Math.min(given ?? Math.round(epochs! * batchesPerEpoch), maxSteps ?? Infinity);
  return { ...rest, steps, warmupSteps: Math.min(warmupSteps, steps) };
}

/** The log knows of all steps, those before an interruption too. */
async function recordOf({ result, parameters, seconds }: RunEndEvent, folder: string): Promise<Omit<Trained, 'stepSeconds' | 'compileSeconds'>> {
  const { steps, best } = result;
  const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as LogLine);
  return { parameters, trainSeconds: seconds, steps, keptStep: best?.step ?? steps, curve: curveOf(lines, steps), validation: lines.flatMap((line) => (line.type === 'validation' ? [[line.step, line.loss] as const] : [])) };
}

interface LogLine {
  readonly type: 'step' | 'validation';
  readonly step: number;
  readonly loss: number;
  readonly lossPerTarget: number;
}

/** Loss per target token, smoothed over about twenty steps, at a hundred steps or fewer. */
function curveOf(lines: readonly LogLine[], steps: number): RunResult['curve'] {
  let loss = NaN;
  const curve: [number, number][] = [];
  for (const { type, step, lossPerTarget } of lines) {
    if (type !== 'step') continue;
    loss = Number.isNaN(loss) ? lossPerTarget : 0.95 * loss + 0.05 * lossPerTarget;
    if (step % Math.ceil(steps / 100) === 0 || step === steps) curve.push([step, loss]);
  }
  return curve;
}
