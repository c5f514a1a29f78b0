import { ConfigError, createRng, type Rng } from '@prefix-tuning/base';
import { parseOptions, progressView, renderTable, formatDuration, type ProgressView } from '@prefix-tuning/cli';
import type { Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import {
  batchShape, evaluator, keptParameters, methods, sequenceBatches, trainingProgress, trainRun, tune,
  type BatchSource, type Evaluation, type MethodName, type RunEndEvent, type Tuning,
} from '@prefix-tuning/training';
import type { Runtime } from '@prefix-tuning/jit';
import type { Write } from './command.js';
import { encoderOf } from './encode.js';
import { numberOf, required } from './options.js';
import { readPairs } from './pairs.js';
import { trainingLength, usualRate } from './recipe.js';
import { lastingName, openModel, runtimeOf, saveTuned, untuned } from './tuned.js';
import { writerOf } from './writer.js';

export const trainUsage = `prefix-tuning train --model MODEL --data FILE --out DIR
  --model MODEL         a model on the Hugging Face hub (openai-community/gpt2), a folder, or a shipped one (mini-gpt2-medium)
  --data FILE           pairs to learn: CSV with a header line, or JSON lines
  --out DIR             where the run lives; killed, the same command goes on there
  --dev FILE            pairs to choose the best step by; unless given a twentieth of the data, 200 at most
  --source, --target    the columns' names; source and target unless given
  --method METHOD       ${Object.keys(methods).join(', ')}; prefix unless given
  --length N            positions of a prefix; 5 unless given
  --epochs N, --steps N passes over the data or steps; unless given 5 passes, and at least 400 steps
  --learning-rate X     the paper's for the method unless given (of shipped models, larger)
  --batch-size N        10 unless given
  --max-source N        tokens of a source that are read, in writing too; all unless given
  --seed N              1 unless given
  --threads N           one for each processor unless given
  --eight-bits          rounds frozen weights to eight bits: faster, a little less exact`;

const text = { type: 'string' } as const;
const known = {
  model: text, data: text, out: text, dev: text, source: text, target: text, method: text, length: text, epochs: text, steps: text,
  'learning-rate': text, 'batch-size': text, 'max-source': text, seed: text, threads: text, 'eight-bits': { type: 'boolean' },
} as const;

type Options = ReturnType<typeof readOptions>;

function readOptions(args: string[]) {
  const given = parseOptions(args, known, trainUsage);
  const method = given.method ?? 'prefix';
  if (!Object.hasOwn(methods, method)) throw new ConfigError(`--method: expected one of ${Object.keys(methods).join(', ')}, got ${method}.`);
  if (given.epochs !== undefined && given.steps !== undefined) throw new ConfigError('--epochs, --steps: expected one of them, got both. Leave one out.');
  const model = required('model', given.model, trainUsage);
  return {
    model,
    data: required('data', given.data, trainUsage),
    out: required('out', given.out, trainUsage),
    dev: given.dev,
    columns: { source: given.source ?? 'source', target: given.target ?? 'target' },
    method: method as MethodName,
    length: numberOf('length', given.length, { least: 1 }),
    epochs: numberOf('epochs', given.epochs, { least: 0, whole: false }),
    steps: numberOf('steps', given.steps, { least: 1 }),
    learningRate: numberOf('learning-rate', given['learning-rate'], { least: 0, whole: false }) ?? usualRate(method as MethodName, model),
    batchSize: numberOf('batch-size', given['batch-size'], { least: 1 }) ?? 10,
    maxSource: numberOf('max-source', given['max-source'], { least: 1 }),
    seed: numberOf('seed', given.seed, { least: 0 }) ?? 1,
    threads: numberOf('threads', given.threads, { least: 1 }),
    eightBits: given['eight-bits'] ?? false,
  };
}

/** Trains on a file of pairs and says what it came to. */
export async function trainCommand(args: string[], write: Write): Promise<void> {
  const options = readOptions(args);
  const view = progressView();
  try {
    const pairs = await readSplits(options);
    const model = await openModel(options.model, view.report);
    const rng = createRng(options.seed);
    const settings = options.length === undefined ? {} : { length: options.length };
    const tuning = await tune(options.method, model, { settings, rng: rng.fork('tuning') });
    const runtime = await runtimeOf(options);
    const task: Task = { options, model, tuning, runtime, train: batches(pairs.train, { model, tuning, options }), dev: pairs.dev };
    const ended = await run(task, view);
    if (!ended) return write(`Stopped. The same command goes on in ${options.out}.\n`);
    write(await report(task, ended, view));
  } finally {
    view.finish();
  }
}

interface Task {
  readonly options: Options;
  readonly model: Model;
  readonly tuning: Tuning;
  readonly runtime: Runtime;
  readonly train: BatchSource;
  /** Held-out pairs. */
  readonly dev: readonly Pair[];
}

async function readSplits({ data, dev, columns, seed }: Options): Promise<{ train: readonly Pair[]; dev: readonly Pair[] }> {
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

function batches(pairs: readonly Pair[], { model, tuning, options }: Pick<Task, 'model' | 'tuning' | 'options'>): BatchSource {
  const { pair } = encoderOf(model, options.maxSource);
  const objective = options.method === 'prefix' ? 'example-sum' : 'token-mean';
  return sequenceBatches(pairs.map(pair), { objective, batchSize: options.batchSize, ...batchShape(model, tuning) });
}

/** Trains to the end; undefined if the user stopped it. */
async function run({ options, model, tuning, runtime, train, dev }: Task, view: ProgressView): Promise<RunEndEvent | undefined> {
  const { batchesPerEpoch } = train;
  const hyperparameters = { learningRate: options.learningRate, ...trainingLength({ ...options, batchesPerEpoch }) };
  const validation = { batches: batches(dev, { options, model, tuning }), everySteps: Math.max(50, Math.min(batchesPerEpoch, 500)), select: 'best' as const };
  const tuned = { model: lastingName(options.model), method: options.method, eightBits: options.eightBits, maxSource: options.maxSource, ...options.columns };
  const progress = trainingProgress(options.method);
  let [mine, stopped] = [false, false];
  const stop = () => void (stopped = true);
  process.once('SIGINT', stop);
  try {
    for await (const event of trainRun({ folder: options.out, model, tuning, batches: train, hyperparameters, seed: options.seed, validation, runtime })) {
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

/** What the run came to, beside the model as it was. */
async function report(task: Task, { parameters, result, seconds }: RunEndEvent, view: ProgressView): Promise<string> {
  const { options, model, tuning } = task;
  const plain = { ...task, tuning: untuned(model) };
  const [before, after] = [await lossOf(plain, {}), await lossOf(task, parameters)];
  const kept = keptParameters(options.method, model, options.length === undefined ? {} : { length: options.length });
  const whole = Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0);
  const table = renderTable(['', 'before', 'after'], [
    ['loss per token, held-out pairs', before.loss.toFixed(3), after.loss.toFixed(3)],
    ['perplexity', before.perplexity.toFixed(1), after.perplexity.toFixed(1)],
  ]);
  const best = result.best ? `, the best look after ${result.best.step}` : '';
  const facts = `${result.steps} steps in ${formatDuration(seconds)}${best}; ${kept.toLocaleString('en')} numbers kept, ${((100 * kept) / whole).toFixed(2)}% of the model's.`;
  const examples = [...new Map(task.dev.map((pair) => [pair.source, pair])).values()].slice(0, 3);
  const sources = examples.map(({ source }) => source);
  const settings = { runtime: task.runtime, maxNewTokens: 60, maxSource: options.maxSource, onProgress: view.report };
  const plainTexts = await writerOf(model, plain.tuning, {}, settings)(sources);
  const texts = await writerOf(model, tuning, parameters, settings)(sources);
  const outputs = examples.map(({ source, target }, i) => `source  ${source}\nbefore  ${plainTexts[i]}\nafter   ${texts[i]}\ntarget  ${target}\n`);
  return `${table}\n\n${facts}\n\n${outputs.join('\n')}\nWrite with it: prefix-tuning write --tuned ${options.out} --text "..."\n`;
}

async function lossOf(task: Task, parameters: RunEndEvent['parameters']): Promise<Evaluation> {
  const evaluate = evaluator(task.model, task.tuning, { batches: batches(task.dev, task), runtime: task.runtime });
  try {
    return await evaluate(parameters);
  } finally {
    await evaluate.dispose();
  }
}
