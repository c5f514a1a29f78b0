/**
 * Steps of training, each kind in turn so that a busy machine slows all of them alike.
 *
 * GPT-2 small's shape with random weights; batches of 10 of E2E's training set as GPT-2's tokenizer cuts it; prefix 5
 * through its network of 512. Beside it the same with a row for each sequence, with Hugging Face PEFT, and fine-tuning.
 * Needs PREFIX_TUNING_DATA with e2e/ and gpt2/; PEFT's rows need PREFIX_TUNING_PYTHON with peft.
 */
import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import { collect, loadDataset } from '@prefix-tuning/datasets';
import type { Runtime } from '@prefix-tuning/jit';
import { families, loadModel, loadTokenizer } from '@prefix-tuning/model';
import { batchShape, encodePair, initialise, sequenceBatches, toTensors, train, trainingRuntime, tune, type BatchSource, type MethodName, type StepEvent, type TokenSequence, type TrainableModel, type Tuning } from '@prefix-tuning/training';
import { env } from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine, peakMemory } from './machine.js';
import { converse } from './python.js';
import type { BenchReport, BenchResult } from './suite.js';

const BATCH = 10;
const BATCHES = Number(process.env['BENCH_BATCHES'] ?? 6);
const settings: Partial<Record<MethodName, object>> = { prefix: { length: 5, networkWidth: 512 } };
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Some batches of E2E's training set in random order. */
async function e2eBatches(root: string): Promise<TokenSequence[][]> {
  const [e2e, tokenizer] = await Promise.all([loadDataset('e2e', { folder: join(root, 'e2e') }), loadTokenizer(join(root, 'gpt2'))]);
  const pairs = createRng(1).sample(await collect(e2e.train.pairs()), BATCH * BATCHES);
  const sequences = pairs.map((pair) => encodePair(pair, tokenizer));
  return Array.from({ length: BATCHES }, (_, i) => sequences.slice(i * BATCH, (i + 1) * BATCH));
}

/** The same batches in every pass. */
function sourceOf(groups: readonly TokenSequence[][], model: TrainableModel, { tuning, packed }: { tuning: Tuning; packed: boolean }): BatchSource {
  const source = sequenceBatches(groups.flat(), { objective: 'example-sum', batchSize: BATCH, ...batchShape(model, tuning), packed });
  return { ...source, epoch: () => source.epoch() };
}

interface Stepper {
  next(): Promise<StepEvent>;
  end(): Promise<unknown>;
}

/** A run that goes one step at a time. */
async function stepper(method: MethodName, model: TrainableModel, options: { groups: readonly TokenSequence[][]; packed?: boolean; runtime?: Runtime }): Promise<Stepper> {
  const { groups, packed = true, runtime } = options;
  const tuning = await tune(method, model, { settings: settings[method] ?? {}, rng: createRng(1) });
  const batches = sourceOf(groups, model, { tuning, packed });
  const events = train({ model, tuning, batches, hyperparameters: { learningRate: 8e-5, epochs: 1000 }, seed: 1, ...(runtime ? { runtime } : {}) });
  return {
    next: async () => {
      for (;;) {
        const { value } = await events.next();
        if (value?.type === 'step') return value;
      }
    },
    end: () => events.return(),
  };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Writes GPT-2 small with random weights, once for all runs on this machine. */
function randomGpt2(tokenizer: string): string {
  const out = join(tmpdir(), 'prefix-tuning-bench-gpt2-small');
  if (existsSync(join(out, 'tokenizer.json'))) return out;
  const { status } = spawnSync(process.execPath, [...process.execArgv, here('../random-model.ts'), '--tokenizer', tokenizer, '--out', out, '--shape', 'small']);
  if (status !== 0) throw new Error(`random-model ended with ${status}`);
  return out;
}

/** Prefix-tuning against itself unpacked and against PEFT: seconds of the same batches, in turn. */
async function prefixAgainstPeft(folder: string, model: TrainableModel, groups: readonly TokenSequence[][]): Promise<BenchResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-train-'));
  const file = join(scratch, 'batches.json');
  await writeFile(file, JSON.stringify(groups.map((group) => group.map(({ ids, from }) => ({ ids: [...ids], from })))));
  const [packed, padded] = [await stepper('prefix', model, { groups }), await stepper('prefix', model, { groups, packed: false })];
  const eightBits = await stepper('prefix', model, { groups, runtime: await trainingRuntime({ weights: 'int8' }) });
  let compile = 0;
  for (let i = 0; i < BATCHES; i++) compile += (await packed.next()).seconds;
  const ours = peakMemory();
  for (let i = 0; i < BATCHES; i++) for (const steps of [padded, eightBits]) await steps.next();
  const peft = await converse(here('peft_prefix_step.py'), [folder, file]);
  const seconds = { packed: [] as number[], padded: [] as number[], eightBits: [] as number[], peft: [] as number[] };
  let tokens = 0;
  for (let i = 0; i < BATCHES; i++) {
    const step = await packed.next();
    tokens += step.tokens;
    seconds.packed.push(step.seconds);
    seconds.padded.push((await padded.next()).seconds);
    seconds.eightBits.push((await eightBits.next()).seconds);
    if (peft) seconds.peft.push(Number(await peft.ask()));
  }
  await Promise.all([packed.end(), padded.end(), eightBits.end(), rm(scratch, { recursive: true })]);
  const rate = (times: readonly number[]) => (BATCH * BATCHES) / sum(times);
  const results: BenchResult[] = [
    { name: 'prefix-examples-per-second', value: rate(seconds.packed), unit: 'examples/s' },
    { name: 'prefix-tokens-per-second', value: tokens / sum(seconds.packed), unit: 'tokens/s' },
    { name: 'packed-vs-padded', value: rate(seconds.packed) / rate(seconds.padded), unit: 'ratio' },
    { name: 'eight-bits-vs-float32', value: rate(seconds.eightBits) / rate(seconds.packed), unit: 'ratio' },
    { name: 'first-pass-with-compiling', value: compile, unit: 's' },
    { name: 'peak-memory', value: ours / 1e9, unit: 'GB' },
  ];
  if (!peft) return results;
  const peak = Number(await peft.end());
  return [
    ...results,
    { name: 'peft-examples-per-second', value: rate(seconds.peft), unit: 'examples/s' },
    { name: 'examples-vs-peft', value: rate(seconds.packed) / rate(seconds.peft), unit: 'ratio' },
    { name: 'examples-vs-peft, frozen weights in eight bits', value: rate(seconds.eightBits) / rate(seconds.peft), unit: 'ratio' },
    { name: 'peft-peak-memory', value: peak / 1e9, unit: 'GB' },
  ];
}

async function prefixAgainstFineTune(model: TrainableModel, groups: readonly TokenSequence[][]): Promise<BenchResult[]> {
  const few = groups.slice(0, 1);
  const [prefix, fineTune] = [await stepper('prefix', model, { groups: few }), await stepper('fine-tune', model, { groups: few })];
  await prefix.next();
  await fineTune.next();
  const seconds = { prefix: [] as number[], fineTune: [] as number[] };
  for (let i = 0; i < Math.min(3, BATCHES); i++) {
    seconds.prefix.push((await prefix.next()).seconds);
    seconds.fineTune.push((await fineTune.next()).seconds);
  }
  await Promise.all([prefix.end(), fineTune.end()]);
  return [
    { name: 'fine-tune-step', value: median(seconds.fineTune), unit: 's' },
    { name: 'prefix-vs-fine-tune-step', value: median(seconds.prefix) / median(seconds.fineTune), unit: 'ratio' },
  ];
}

/** A runtime that adds up the seconds its programs run. */
function timed(runtime: Runtime): { runtime: Runtime; seconds(): number } {
  let seconds = 0;
  const prepare: Runtime['prepare'] = async (...args) => {
    const program = await runtime.prepare(...args);
    return {
      ...program,
      run: async (inputs) => {
        const started = performance.now();
        const outputs = await program.run(inputs);
        seconds += (performance.now() - started) / 1000;
        return outputs;
      },
    };
  };
  return { runtime: { ...runtime, prepare }, seconds: () => seconds };
}

/** A model about as small as those that ship, 4 layers of width 192: small steps, so that what is not arithmetic shows. */
async function miniSteps(groups: readonly TokenSequence[][]): Promise<BenchResult[]> {
  const family = families.gpt2;
  const config = family.parseConfig({ model_type: 'gpt2', n_layer: 4, n_embd: 192, n_head: 6, n_positions: 512, vocab_size: 4096 }, 'bench');
  const model = { family, config, parameters: toTensors(initialise({ family, config }, createRng(1))) } as unknown as TrainableModel;
  const small = groups.map((group) => group.map(({ ids, ...rest }) => ({ ...rest, ids: [...ids].map((id) => id % 4096) })));
  const results: BenchResult[] = [];
  for (const method of ['prefix', 'fine-tune'] as const) {
    const { runtime, seconds } = timed(await trainingRuntime());
    const steps = await stepper(method, model, { groups: small, runtime });
    for (let i = 0; i < BATCHES; i++) await steps.next();
    const before = seconds();
    const times: number[] = [];
    for (let i = 0; i < 5 * BATCHES; i++) times.push((await steps.next()).seconds);
    await steps.end();
    results.push(
      { name: `mini-${method}-steps-per-second`, value: times.length / sum(times), unit: 'steps/s' },
      { name: `mini-${method}-share-in-program`, value: (seconds() - before) / sum(times), unit: 'ratio' },
    );
  }
  return results;
}

export async function run(): Promise<BenchReport> {
  env().set('PROD', true);
  const root = process.env['PREFIX_TUNING_DATA'];
  if (!root) throw new ConfigError('bench train: expected PREFIX_TUNING_DATA to name the folder with e2e/ and gpt2/, got nothing. Set it.');
  const groups = await e2eBatches(root);
  const mini = await miniSteps(groups);
  const folder = randomGpt2(join(root, 'gpt2/tokenizer.json'));
  const model = await loadModel(folder);
  const results = [...(await prefixAgainstPeft(folder, model, groups)), ...(await prefixAgainstFineTune(model, groups)), ...mini];
  return { suite: 'train', machine: machine(), results };
}
