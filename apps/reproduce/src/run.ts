import { createRng, type OnProgress } from '@prefix-tuning/base';
import type { Example, Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import {
  encodePair, encodePrompt, generateTuned, sequenceBatches, tokenLimit, train, tune, type HostTensors, type StepEvent, type Tuning,
} from '@prefix-tuning/training';
import { sizeOf } from '@prefix-tuning/jit';
import { openSafetensors } from '@prefix-tuning/safetensors';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell, Decoding } from './recipe.js';

export interface RunInput {
  readonly model: Model;
  readonly train: readonly Pair[];
  readonly test: readonly Example[];
  readonly decoding: Decoding;
  readonly seed: number;
  readonly onProgress: OnProgress;
}

/** What one cell gave; its scores are computed from the outputs, so that a metric that changes shows at once. */
export interface RunResult {
  readonly id: string;
  /** One text per test example, in order. */
  readonly outputs: readonly string[];
  readonly trainedParameters: number;
  /** What is left after training: for a prefix the keys and values, without the network that made them. */
  readonly keptParameters: number;
  /** Of the model's parameters, what is kept. */
  readonly share: number;
  readonly savedBytes: number;
  /** (step, training loss per target token) */
  readonly curve: readonly (readonly [number, number])[];
  readonly seconds: { readonly train: number; readonly decode: number };
}

/** Trains one cell and decodes the test set. `folder` receives what the method saves. */
export async function runCell(cell: Cell, input: RunInput, folder: string): Promise<RunResult> {
  const { model } = input;
  const tuning = await tune(cell.method, model, { settings: cell.settings, rng: createRng(input.seed).fork(cell.id) });
  const started = performance.now();
  const { parameters, curve } = await trainCell(cell, tuning, input);
  const trained = performance.now();
  await tuning.save(folder, parameters);
  const outputs = await decode(cell, { tuning, parameters }, input);
  const decoded = performance.now();
  const saved = await savedSize(folder);
  return {
    id: cell.id,
    outputs,
    trainedParameters: count(tuning.parameters),
    keptParameters: saved.parameters,
    share: saved.parameters / Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0),
    savedBytes: saved.bytes,
    curve,
    seconds: { train: (trained - started) / 1000, decode: (decoded - trained) / 1000 },
  };
}

const count = (tensors: HostTensors) => Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);

/** Numbers and bytes that a method wrote into its folder. */
async function savedSize(folder: string): Promise<{ parameters: number; bytes: number }> {
  const size = { parameters: 0, bytes: 0 };
  for (const name of await readdir(folder)) {
    size.bytes += (await stat(join(folder, name))).size;
    if (!name.endsWith('.safetensors')) continue;
    const file = await openSafetensors(join(folder, name));
    for (const { shape } of file.tensors.values()) size.parameters += sizeOf(shape);
    await file.close();
  }
  return size;
}

async function trainCell({ title, batchSize, objective, hyperparameters }: Cell, tuning: Tuning, input: RunInput) {
  const { model, seed, onProgress } = input;
  const sequences = input.train.map((pair) => encodePair(pair, model.tokenizer));
  const batches = sequenceBatches(sequences, { objective, batchSize, layout: tuning.layout, maxTokens: tokenLimit(model, tuning) });
  const curve: [number, number][] = [];
  let loss = NaN;
  for await (const event of train({ model, tuning, batches, hyperparameters, seed })) {
    if (event.type === 'end') return { parameters: event.state.parameters, curve };
    if (event.type !== 'step') continue;
    const perToken = objective === 'example-sum' ? lossPerToken(event) : event.loss;
    loss = Number.isNaN(loss) ? perToken : 0.95 * loss + 0.05 * perToken;
    if (event.step % Math.ceil(event.steps / 100) === 0 || event.step === event.steps) curve.push([event.step, loss]);
    onProgress({ task: `train ${title}`, done: event.step, total: event.steps, unit: 'steps', note: `loss ${loss.toFixed(3)}` });
  }
  throw new Error('train ended without its last event');
}

/** The summed objective is averaged over examples; curves of all methods are per target token. */
const lossPerToken = ({ loss, ids, targets }: StepEvent) => (loss * ids.length) / targets;

async function decode({ title }: Cell, { tuning, parameters }: { tuning: Tuning; parameters: HostTensors }, input: RunInput): Promise<string[]> {
  const { model, test, decoding, onProgress } = input;
  const { tokenizer } = model;
  const end = tokenizer.idOf('<|endoftext|>');
  const generated = await generateTuned(model, test.map(({ source }) => encodePrompt(source, tokenizer)), {
    tuning,
    parameters,
    ...decoding,
    forbiddenTokens: newlines(model),
    ...(end === undefined ? {} : { endTokens: [end] }),
    onProgress: (progress) => onProgress({ ...progress, task: `decode ${title}` }),
  });
  return generated.map(([best]) => tokenizer.decode(best!.tokens, { skipSpecialTokens: true }).trim());
}

/** The released code forbids GPT-2's tokens 628 and 198, which are newlines. */
const newlines = ({ tokenizer }: Model): number[] => ['ĊĊ', 'Ċ'].flatMap((token) => tokenizer.idOf(token) ?? []);
