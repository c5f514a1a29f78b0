import { createRng } from '@prefix-tuning/base';
import { eager, jit, toTensor } from '@prefix-tuning/jit';
import { encodeSource } from '@prefix-tuning/model';
import { foldedPast, type BySite, type LayerPast, type Past } from '@prefix-tuning/prefix';
import { ones, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGoldens, relativeError, tiny, tinyModel, type TinyName } from '../../test/tiny.js';
import { batchLogits, collate, lossAndGradients, loadTuning, toTensors, tune, type TrainableModel, type Tuning } from '../index.js';
import { wordActivations } from './words.js';

const runtime = eager('cpu');
const words = [7, 8, 21, 33, 4, 9, 17];
const idsOf = (tokens: readonly number[]) => tensor2d([[...tokens]], [1, tokens.length], 'int32');
const numbers = (past: Past) => past.flatMap(({ key, value }) => [...key.dataSync(), ...value.dataSync()]);

/** Logits [T, V] of tokens after a past, the likelihoods of whatever comes next. */
const logitsAfter = ({ family, parameters, config }: TrainableModel, tokens: readonly number[], past?: Past): Float32Array =>
  tidy(() => family.logits(parameters, family.forward(parameters, config, { ids: idsOf(tokens), past }).hidden).dataSync() as Float32Array);

describe.each(['gpt2', 'llama', 'gemma3_text'] as const)('%s', (family) => {
  test('a prefix made of a whole document\'s cache gives the logits of reading the document first', async () => {
    const model = await tinyModel(family);
    const document = Array.from({ length: 25 }, (_, i) => (7 * i + 3) % 61);
    const { decoder } = await wordActivations(model, document);
    expect(decoder).toMatchObject({ length: 25, heads: model.config.keyValueHeads });
    const both = logitsAfter(model, [...document, ...words]);
    expect(relativeError(logitsAfter(model, words, foldedPast(decoder!)), both.slice(-words.length * 61))).toBeLessThan(1e-5);
  });
});

/** The pasts that a prefix method gives a model, by site. */
function pastsOf(tuning: Tuning): BySite<LayerPast[]> {
  const { past, encoderPast, crossPast } = tuning.enter(toTensors(tuning.parameters));
  return { ...(encoderPast ? { encoder: encoderPast } : {}), decoder: past, cross: crossPast } as BySite<LayerPast[]>;
}

test.each(Object.keys(tiny) as TinyName[])('a prefix starts from the activations of any words, and its network is fitted to them: %s', async (family) => {
  const model = await tinyModel(family);
  const of = (settings: object) => tune('prefix', model, { settings: { length: 3, networkWidth: 64, initialisation: 'words', tokens: [7, 8], ...settings }, rng: createRng(1) });
  const direct = pastsOf(await of({ kind: 'direct' }));
  const ids = idsOf([7, 8, 7]);
  const source = model.family.encoder && encodeSource(model, { ids, mask: ones([1, 3]) });
  const { present } = model.family.forward(model.parameters, model.config, { ids, source });
  expect(relativeError(numbers(direct.decoder!), numbers(present))).toBeLessThan(1e-5);
  if (source) expect(relativeError(numbers(direct.cross!), numbers(source.keyValues))).toBeLessThan(1e-5);
  const every = (pasts: BySite<LayerPast[]>) => Object.values(pasts).flatMap((past) => (past ? numbers(past) : []));
  const error = async (settings: object) => relativeError(every(pastsOf(await of(settings))), every(direct));
  expect(await error({})).toBeLessThan(0.95 * (await error({ initialisation: 'normal' })));
  await expect(of({ tokens: [] })).rejects.toThrow(/expected tokens to start from/);
  await expect(of({ tokens: [7, 61, 1.5] })).rejects.toThrow('prefix: expected tokens to be whole numbers from 0 to 60, got 61, 1.5.');
  await expect(of({ length: 41 })).rejects.toThrow(/expected (a )?length [\s\S]* 40 .*got 41/);
}, 120_000);

test('words that an encoder reads attend to the keys and values that its prefix starts from', async () => {
  // A source that attends to its own keys and values twice is one that attends to them once: softmax splits their weight.
  const model = await tinyModel('bart');
  const { encoder } = await wordActivations(model, words);
  const encode = (past?: Past) =>
    tidy(() => model.family.encoder!.encode(model.parameters, model.config, { ids: idsOf(words), past, mask: ones([1, words.length * (past ? 2 : 1)]) }).dataSync());
  expect(relativeError(encode(foldedPast(encoder!)), encode())).toBeLessThan(1e-5);
});

const noiseful = { length: 4, networkWidth: 6, dropout: 0.5 };

test.each(Object.keys(tiny) as TinyName[])('dropout drops its share of the prefix while training, and nothing after: %s', async (family: TinyName) => {
  const model = await tinyModel(family);
  const [tuning, still] = await Promise.all([noiseful, { ...noiseful, dropout: 0 }].map((settings) => tune('prefix', model, { settings, rng: createRng(1) })));
  const { sequences } = await readGoldens(tiny[family]);
  const batch = collate(sequences, { objective: 'token-mean', batchSize: 3, layout: tuning!.layout }).tensors;
  const noise = tuning!.noise!(createRng(2), batch.ids.shape[0]!);
  const mask = Object.values(noise).flatMap(({ data }) => [...data]);
  expect(new Set(mask)).toEqual(new Set([0, 2]));
  expect(mask.filter((value) => value === 0).length / mask.length).toBeCloseTo(0.5, 1);
  expect(Object.keys(noise)).toEqual(family === 'bart' ? ['encoder', 'decoder', 'cross'] : ['decoder']);
  expect(still!.noise).toBeUndefined();
  const lossOf = async (which: Tuning, given: typeof noise) => (await jit(lossAndGradients(model, which), { runtime })({ parameters: which.parameters, batch, noise: given })).loss.data[0]!;
  expect(await lossOf(tuning!, {})).toBe(await lossOf(still!, {}));
  expect(await lossOf(tuning!, noise)).not.toBeCloseTo(await lossOf(still!, {}), 4);
});

test.each(Object.keys(tiny) as TinyName[])('folding changes no logit beyond rounding: %s', async (family) => {
  const model = await tinyModel(family);
  const tuning = await tune('prefix', model, { settings: { length: 4, networkWidth: 6, initialisation: 'normal' }, rng: createRng(3) });
  const folder = await mkdtemp(join(tmpdir(), 'fold-'));
  await tuning.save(folder, tuning.parameters);
  const folded = await loadTuning('prefix', model, folder);
  await rm(folder, { recursive: true });
  const { sequences } = await readGoldens(tiny[family]);
  const { tensors } = collate(sequences, { objective: 'token-mean', batchSize: 3, layout: tuning.layout });
  const { ids, rows, targets, weights, source } = tensors;
  const logits = (which: Tuning) =>
    tidy(() => {
      const apart = source ? { source: { ids: toTensor(source.ids), mask: toTensor(source.mask) } } : {};
      const batch = { ids: toTensor(ids), rows: toTensor(rows), targets: toTensor(targets), weights: toTensor(weights), ...apart };
      return batchLogits(model, which, toTensors(which.parameters), batch).dataSync();
    });
  expect(relativeError(logits(folded), logits(tuning))).toBeLessThan(1e-6);
});
