import { checkFields, ConfigError, type FieldsOf, nodeModule } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import { readJson, readParameters, writeJson, writeParameters } from '../files.js';
import type { CompiledEvent, EndEvent, StepEvent, TrainingState, ValidationEvent } from '../loop/events.js';
import { trainingRuntime } from '../loop/runtime.js';
import { checkSettings, train, type TrainOptions } from '../loop/train.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import { addCheckpoint, latestCheckpoint } from './checkpoints.js';
import { lockFolder } from './lock.js';
import { openLog, type RunLog } from './log.js';
import { claimFolder, settingsOf } from './settings.js';

const { readdir, rm } = nodeModule('node:fs/promises');
const { existsSync } = nodeModule('node:fs');
const { join } = nodeModule('node:path');

export interface RunOptions extends Omit<TrainOptions, 'resume'> {
  /** Where the run lives. It is made, or gone on with, if it holds this run. */
  readonly folder: string;
  /** When checkpoints are written, beside one when the loop is left: every so many steps, or seconds (60 unless given). */
  readonly checkpointEvery?: { readonly steps: number } | { readonly seconds: number };
}

const fields: FieldsOf<RunOptions> = {
  folder: true, model: true, tuning: true, batches: true, hyperparameters: true, seed: true, validation: true, runtime: true, checkpointEvery: true,
};

/** Nothing wrong may be written down as a run's settings: the same call put right would then be refused. */
function checkOptions(options: RunOptions): void {
  checkFields('trainRun', options, Object.keys(fields));
  checkSettings(options);
  const { folder } = options;
  if (typeof folder !== 'string' || folder === '') throw new ConfigError(`trainRun: expected folder to be the path of one, got ${String(folder) || 'an empty text'}. Correct the setting.`, { details: { folder } });
  const { checkpointEvery: every = { seconds: 60 } } = options;
  const [[unit, count] = [], ...more] = Object.entries(every ?? {});
  if (more.length === 0 && (unit === 'steps' || unit === 'seconds') && count! > 0) return;
  throw new ConfigError(`trainRun: expected checkpointEvery to be { steps } or { seconds } above 0, got ${JSON.stringify(every)}. Correct the setting.`, { details: { every } });
}

/** What a run came to: `result.json`. */
export interface RunResult {
  readonly reason: EndEvent['reason'];
  /** Steps done. */
  readonly steps: number;
  /** The best look at the validation data. */
  readonly best?: { readonly step: number; readonly value: number };
  /** Running mean of the loss per target at the end. */
  readonly level?: number;
}

/** The run starts, or goes on, after this many steps. */
export interface RunStartEvent {
  readonly type: 'start';
  readonly folder: string;
  readonly step: number;
}

/** Should the run be killed from here on, it goes on from this step. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

export interface RunEndEvent {
  readonly type: 'end';
  readonly result: RunResult;
  /** What was trained: the last step's or the best look's. */
  readonly parameters: HostTensors;
  /** Time spent on it, over all its parts. */
  readonly seconds: number;
}

/** Plain data, without the state: it can be logged, and sent from a worker. */
export type RunEvent = RunStartEvent | Omit<StepEvent, 'state'> | Omit<ValidationEvent, 'state'> | CompiledEvent | CheckpointEvent | RunEndEvent;

/**
 * Trains in a folder that remembers: stopped or killed at any moment, the same call goes on from the last checkpoint
 * and ends with the same bytes as a run that was never interrupted. A run that has ended gives its result at once.
 *
 *   settings.json           what was asked for and the runtime's name, with hashes of data, model and start
 *   log.jsonl               a line for each step and each look at the validation data
 *   checkpoints/            the last two, while the run goes on
 *   seconds.json            time spent, which alone differs from run to run
 *   parameters.safetensors  what was trained
 *   tuned/                  what the method keeps of it: for a prefix, a PEFT folder
 *   result.json             written last
 *   run.*.lock              who trains here, while somebody does
 *
 * @throws ConfigError  if an option is unknown or a setting wrong, or the folder holds a run with other settings
 * @throws FileError  if another process trains in the folder, or a file cannot be written, such as on a full disk; the last
 *   checkpoint is still there
 * @throws TrainingError  if the loss or a score is not finite, or the loss explodes
 */
export async function* trainRun(given: RunOptions): AsyncGenerator<RunEvent, void, void> {
  checkOptions(given);
  const options = { ...given, runtime: given.runtime ?? (await trainingRuntime()) };
  // Whoever only reads the result of a run that has ended disturbs nobody.
  const unlock = existsSync(join(options.folder, 'result.json')) ? undefined : await lockFolder(options.folder);
  try {
    yield* trainAlone(options);
  } finally {
    await unlock?.();
  }
}

async function* trainAlone({ folder, checkpointEvery = { seconds: 60 }, ...options }: RunOptions & { readonly runtime: Runtime }): AsyncGenerator<RunEvent, void, void> {
  await claimFolder(folder, settingsOf(options));
  await removePartialFiles(folder);
  if (existsSync(join(folder, 'result.json'))) {
    yield await finished(folder, options);
    return;
  }
  const resume = await latestCheckpoint(join(folder, 'checkpoints'));
  const before = await secondsSpent(folder);
  const log = await openLog(join(folder, 'log.jsonl'), resume);
  const keeper = checkpointKeeper(folder, { log, every: checkpointEvery, resume, before });
  let interrupted = true;
  try {
    yield { type: 'start', folder, step: resume?.step ?? 0 };
    for await (const event of train({ ...options, ...(resume ? { resume } : {}) })) {
      if (event.type === 'end') {
        await log.flush();
        const seconds = await keeper.writeSeconds();
        const result = await finish(folder, event, options);
        interrupted = false;
        yield { type: 'end', result, parameters: event.parameters, seconds };
        return;
      }
      if (event.type === 'compile') {
        yield event;
        continue;
      }
      const { state, ...plain } = event;
      await log.append(logLine(plain));
      keeper.now(state);
      yield plain;
      if (keeper.due()) yield await keeper.save();
    }
  } catch (error) {
    interrupted = false;
    throw error;
  } finally {
    // Whoever leaves the loop early loses no step.
    try {
      if (interrupted) await keeper.save();
    } finally {
      await log.close();
    }
  }
}

/** What of an event depends on the seed alone. */
function logLine(event: Omit<StepEvent, 'state'> | Omit<ValidationEvent, 'state'>): Record<string, unknown> {
  if (event.type === 'validation') return event;
  const { type, step, epoch, loss, lossPerTarget, learningRate, gradientNorm, tokens, targets } = event;
  return { type, step, epoch, loss, lossPerTarget, learningRate, gradientNorm, tokens, targets };
}

interface CheckpointKeeper {
  /** Takes note of the newest state. */
  now(state: TrainingState): void;
  due(): boolean;
  save(): Promise<CheckpointEvent>;
  writeSeconds(): Promise<number>;
}

interface KeeperOptions {
  readonly log: RunLog;
  readonly every: NonNullable<RunOptions['checkpointEvery']>;
  readonly resume: TrainingState | undefined;
  /** Seconds spent before. */
  readonly before: number;
}

function checkpointKeeper(folder: string, { log, every, resume, before }: KeeperOptions): CheckpointKeeper {
  const started = performance.now();
  let state = resume;
  let saved = { step: resume?.step ?? 0, at: started };
  const writeSeconds = async () => {
    const seconds = before + (performance.now() - started) / 1000;
    await writeJson(folder, 'seconds.json', { seconds });
    return seconds;
  };
  return {
    now: (newest) => (state = newest),
    due: () => ('steps' in every ? state!.step - saved.step >= every.steps : performance.now() - saved.at >= 1000 * every.seconds),
    save: async () => {
      const path = join(folder, 'checkpoints');
      if (!state || state === resume) return { type: 'checkpoint', step: saved.step, path };
      // A checkpoint must never know of more steps than the log.
      await log.flush();
      const file = await addCheckpoint(path, state);
      await writeSeconds();
      saved = { step: state.step, at: performance.now() };
      return { type: 'checkpoint', step: state.step, path: file };
    },
    writeSeconds,
  };
}

async function secondsSpent(folder: string): Promise<number> {
  return existsSync(join(folder, 'seconds.json')) ? Number((await readJson(folder, 'seconds.json')).seconds) : 0;
}

async function finish(folder: string, { reason, state, parameters }: EndEvent, { tuning }: Omit<TrainOptions, 'resume'>): Promise<RunResult> {
  const { best, level } = state.watch;
  const result: RunResult = { reason, steps: state.step, ...(best ? { best } : {}), ...(level === undefined ? {} : { level }) };
  await writeParameters(folder, 'parameters.safetensors', parameters);
  await tuning.save(join(folder, 'tuned'), parameters);
  await writeJson(folder, 'result.json', result);
  await rm(join(folder, 'checkpoints'), { recursive: true, force: true });
  return result;
}

/** The end of a run that has ended before. */
async function finished(folder: string, { tuning }: Omit<TrainOptions, 'resume'>): Promise<RunEndEvent> {
  const result = (await readJson(folder, 'result.json')) as unknown as RunResult;
  const stored = await readParameters(folder, 'parameters.safetensors');
  await rm(join(folder, 'checkpoints'), { recursive: true, force: true });
  return { type: 'end', result, parameters: mapTensors(tuning.parameters, (_, name) => stored[name]!), seconds: await secondsSpent(folder) };
}

/** Files that were being written when the run was killed. */
async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (/\.[0-9a-f]{8}\.partial$/.test(name)) await rm(join(folder, name), { force: true });
  }
}
