import { ConfigError, createRng, type Rng } from '@prefix-tuning/base';
import { progressView, type ProgressView } from '@prefix-tuning/cli';
import type { Pair } from '@prefix-tuning/datasets';
import { trainingProgress, trainRun, tune, type RunEndEvent } from '@prefix-tuning/training';
import type { Write } from './command.js';
import { readPairs } from './pairs.js';
import { trainingLength, usualRate } from './recipe.js';
import { report } from './report.js';
import { batches, type Task } from './task.js';
import { readOptions, type TrainOptions } from './train-options.js';
import { lastingName, openModel, runtimeOf, saveTuned } from './tuned.js';

/** Exit code of what Ctrl-C stopped, so that a script does not go on to write. */
const interrupted = 130;

/** Trains on a file of pairs and says what it came to. */
export async function trainCommand(args: string[], write: Write): Promise<void> {
  const options = readOptions(args);
  const view = progressView();
  try {
    const pairs = await readSplits(options);
    const model = await openModel(options.model, view.report);
    const rng = createRng(options.seed);
    const words = options.words === undefined ? {} : { initialisation: 'words' as const, tokens: model.tokenizer.encode(options.words) };
    const tuning = await tune(options.method, model, { settings: { ...options.settings, ...words }, rng: rng.fork('tuning') });
    const runtime = await runtimeOf(options);
    const task: Task = { options, model, tuning, runtime, ...pairs };
    const ended = await run(task, view);
    const printed = ended ? await report(task, ended, view) : `Stopped. The same command goes on in ${options.out}.\n`;
    view.finish();
    if (!ended) process.exitCode = interrupted;
    write(printed);
  } finally {
    view.finish();
  }
}

async function readSplits({ data, dev, columns, seed }: TrainOptions): Promise<{ train: readonly Pair[]; dev: readonly Pair[] }> {
  const pairs = await readPairs(data, columns);
  return dev === undefined ? holdOut(pairs, createRng(seed).fork('held out')) : { train: pairs, dev: await readPairs(dev, columns) };
}

/** A twentieth of the data, whole sources: what a source is written as must not be known from another pair. */
function holdOut(pairs: readonly Pair[], rng: Rng): { train: readonly Pair[]; dev: readonly Pair[] } {
  const wanted = Math.min(200, Math.ceil(pairs.length / 20));
  const held = new Set<string>();
  let count = 0;
  for (const { source } of rng.shuffle(pairs)) {
    if (held.has(source) || count >= wanted) continue;
    held.add(source);
    count += pairs.filter((pair) => pair.source === source).length;
  }
  const train = pairs.filter(({ source }) => !held.has(source));
  if (train.length > 0) return { train, dev: pairs.filter(({ source }) => held.has(source)) };
  throw new ConfigError(`--data: expected pairs with at least two different sources, got ${pairs.length} with one. Add pairs, or name others with --dev.`);
}

/** Trains to the end; undefined if the user stopped it. */
async function run(task: Task, view: ProgressView): Promise<RunEndEvent | undefined> {
  const { options, model, tuning, runtime } = task;
  const [data, dev] = [batches(task.train, task), batches(task.dev, task)];
  const { batchesPerEpoch } = data;
  const hyperparameters = { learningRate: options.learningRate ?? usualRate(options.method, model), ...trainingLength({ ...options, batchesPerEpoch }) };
  const validation = { batches: dev, everySteps: Math.max(50, Math.min(batchesPerEpoch, 500)), select: 'best' as const };
  const tuned = { model: lastingName(options.model), method: options.method, eightBits: options.eightBits, maxSource: options.maxSource, ...options.columns };
  const progress = trainingProgress(options.method);
  let [mine, stopped] = [false, false];
  const stop = () => void (stopped = true);
  process.once('SIGINT', stop);
  try {
    for await (const event of trainRun({ folder: options.out, model, tuning, batches: data, hyperparameters, seed: options.seed, validation, runtime })) {
      // A folder with another run gives no event.
      if (!mine) await saveTuned(options.out, tuned);
      mine = true;
      const drawn = progress(event);
      if (drawn) view.report(drawn);
      if (event.type === 'end') return event;
      if (stopped) return undefined;
    }
  } finally {
    process.off('SIGINT', stop);
  }
  return undefined;
}
