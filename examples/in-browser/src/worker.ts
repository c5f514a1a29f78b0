/** Trains and writes away from the page's own thread, so that the page stays at hand. */
import { ConfigError, createRng } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import { createGenerator, type Model } from '@prefix-tuning/model';
import { applyTuning, batchShape, keptParameters, loadTuning, pairEncoder, sequenceBatches, tokenLimit, train, trainingRuntime, tune, type Tuning } from '@prefix-tuning/training';
import loader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import binary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { answer, type Calls, type PrefixFiles, type Settings } from './calls.js';
import { fetchModel } from './model.js';
import { readPairs } from './pairs.js';

/** A model this small has little for threads to share. */
const MOST_THREADS = 4;
/** Tokens after which writing ends, should the model not end it. */
const MOST_TOKENS = 48;

/** Half of what the processor has at once, since threads that wait for one another slow down where others work, too. */
const threads = crossOriginIsolated ? Math.min(MOST_THREADS, Math.ceil(navigator.hardwareConcurrency / 2)) : 1;

/** Tells ONNX Runtime where its files are and how many threads it may start. */
async function startRuntime(): Promise<Runtime> {
  const { env } = await import('onnxruntime-web/wasm');
  const address = (path: string) => new URL(path, import.meta.url).href;
  env.wasm.wasmPaths = { mjs: address(loader), wasm: address(binary) };
  env.wasm.numThreads = threads;
  return trainingRuntime();
}

const once = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

const opened = once(async () => {
  const [{ model, bytes }, runtime] = await Promise.all([fetchModel(), startRuntime()]);
  return { model, bytes, runtime, encode: pairEncoder(model), generator: createGenerator(model, { runtime }) };
});

/** The pairs as the model reads them, each checked against its length here, where the line is known. */
async function encodedPairs(text: string, model: Model, tuning: Tuning) {
  const [encode, most] = [pairEncoder(model, { maxLength: Infinity }), tokenLimit(model, tuning)];
  return (await readPairs(text)).map((pair) => {
    const sequence = encode.pair(pair);
    if (sequence.ids.length <= most) return sequence;
    const line = Number(pair.id.split(' ')[1]);
    throw new ConfigError(`examples, ${pair.id}: expected source and target of at most ${most} tokens together, got ${sequence.ids.length}. Shorten them, or leave the line out.`, { details: { line } });
  });
}

let stopped = false;

async function trainOn({ text, settings }: { text: string; settings: Settings }, onStep: Parameters<Calls['train']>[1]): Promise<PrefixFiles> {
  stopped = false;
  const { model, runtime } = await opened();
  const { length, steps, learningRate } = settings;
  const tuning = await tune('prefix', model, { settings: { length, networkWidth: 256 }, rng: createRng(1) });
  const batches = sequenceBatches(await encodedPairs(text, model, tuning), { objective: 'example-sum', batchSize: 14, ...batchShape(model, tuning) });
  let { parameters } = tuning;
  for await (const event of train({ model, tuning, batches, hyperparameters: { learningRate, steps }, seed: 1, runtime })) {
    if (event.type === 'end') ({ parameters } = event);
    if (event.type !== 'step') continue;
    ({ parameters } = event.state);
    onStep({ step: event.step, steps: event.steps, loss: event.lossPerTarget });
    // Lets the message that stops the run come in.
    await new Promise((resume) => setTimeout(resume));
    if (stopped) break;
  }
  const files: PrefixFiles = {};
  await tuning.save(files, parameters);
  return files;
}

async function write({ source, files }: Parameters<Calls['write']>[0]) {
  const { model, encode, generator } = await opened();
  const prompt = encode.prompt(source);
  const continued = async (options: object) => {
    const [[best] = []] = await generator.generate([prompt], { maxNewTokens: MOST_TOKENS, beams: 1, ...options });
    const text = model.tokenizer.decode(best!.tokens, { skipSpecialTokens: true }).trim();
    return best!.tokens.length < MOST_TOKENS ? text : `${text} …`;
  };
  const alone = await continued({});
  if (!files) return { alone, tuned: undefined };
  const tuning = await loadTuning('prefix', model, files);
  const { prefix } = await applyTuning(model, tuning, tuning.parameters);
  return { alone, tuned: await continued({ prefix }) };
}

answer({
  async open() {
    const { model, bytes } = await opened();
    const parameters = Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0);
    return { parameters, bytes, threads };
  },
  train: trainOn,
  stop: async () => {
    stopped = true;
  },
  async describe({ files }) {
    const { model } = await opened();
    const length = Number((await loadTuning('prefix', model, files)).settings.length);
    return { length, numbers: keptParameters('prefix', model, { length }) };
  },
  write,
});
