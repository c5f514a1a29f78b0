import { createRng } from '@prefix-tuning/base';
import { eager, jit, sizeOf, toHost } from '@prefix-tuning/jit';
import { tensor2d } from '@tensorflow/tfjs-core';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGoldens, relativeError, tinyGpt2 } from '../../test/tiny.js';
import { readParameters } from '../files.js';
import { collate, evaluator, keptParameters, lossAndGradients, loadTuning, methods, sequenceBatches, toTensors, train, trainedParameters, tune } from '../index.js';
import type { HostTensors, MethodName, TokenSequence, TrainableModel, Tuning } from '../index.js';

const runtime = eager('cpu');
const settings: { [Name in MethodName]: object } = {
  prefix: { length: 2, networkWidth: 6, width: 9 },
  'embedding-only': { length: 2, networkWidth: 6 },
  infix: { length: 2, networkWidth: 6 },
  adapter: { bottleneck: 3 },
  lora: { rank: 2 },
  'fine-tune': {},
  'ft-top2': { layers: 1 },
};

let model: TrainableModel;
let sequences: readonly TokenSequence[];
let folder: string;
beforeAll(async () => {
  [model, { sequences }, folder] = await Promise.all([tinyGpt2(), readGoldens(), mkdtemp(join(tmpdir(), 'methods-'))]);
});
afterAll(() => rm(folder, { recursive: true }));

const start = (name: MethodName) => tune(name, model, { settings: settings[name], rng: createRng(4) });

/** Random values in place of every parameter, so that no gradient is hidden by a zero. */
const stirred = (parameters: HostTensors): HostTensors => {
  const { normal } = createRng(9);
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { ...value, data: Float32Array.from(value.data, (x) => x + 0.1 * normal()) }]));
};

function batchOf({ layout }: Tuning) {
  return collate(sequences, { objective: 'token-mean', batchSize: 3, layout }).tensors;
}

async function lossOf(tuning: Tuning, parameters: HostTensors): Promise<number> {
  const { loss } = await jit(lossAndGradients(model, tuning), { runtime })({ parameters, batch: batchOf(tuning), noise: {} });
  return loss.data[0]!;
}

describe.each(Object.keys(methods) as MethodName[])('%s', (name) => {
  test('trains as many numbers as its formula says', async () => {
    const { parameters } = await start(name);
    const count = Object.values(parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(trainedParameters(name, model, settings[name])).toBe(count);
  });

  test('one seed gives one start, another seed another, unless the start is the model itself', async () => {
    const at = async (seed: number) => (await tune(name, model, { settings: settings[name], rng: createRng(seed) })).parameters;
    expect(await at(1)).toEqual(await at(1));
    if (!name.startsWith('f')) expect(await at(1)).not.toEqual(await at(2));
  });

  test('the gradient equals a finite difference along it', async () => {
    const tuning = await start(name);
    const parameters = stirred(tuning.parameters);
    const { gradients } = await jit(lossAndGradients(model, tuning), { runtime })({ parameters, batch: batchOf(tuning), noise: {} });
    const norm = Math.hypot(...Object.values(gradients).map(({ data }) => Math.hypot(...data)));
    const along = (distance: number): HostTensors =>
      Object.fromEntries(
        Object.entries(parameters).map(([key, value]) => [key, { ...value, data: Float32Array.from(value.data, (x, i) => x + (distance * gradients[key]!.data[i]!) / norm) }]),
      );
    const width = 1e-2;
    const slope = ((await lossOf(tuning, along(width))) - (await lossOf(tuning, along(-width)))) / (2 * width);
    expect(slope / norm).toBeCloseTo(1, 2);
  });

  test('only its own parameters change, and all of them do', async () => {
    const before = Object.entries(model.parameters).map(([key, value]) => [key, toHost(value).data.slice()] as const);
    const tuning = await start(name);
    const batches = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 3, layout: tuning.layout });
    let trained: HostTensors = {};
    for await (const event of train({ model, tuning, batches, hyperparameters: { learningRate: 1e-2, steps: 2 }, seed: 1, runtime })) {
      if (event.type === 'end') trained = event.state.parameters;
    }
    for (const [key, data] of before) expect(toHost(model.parameters[key]!).data, key).toEqual(data);
    expect(Object.keys(trained)).toEqual(Object.keys(tuning.parameters));
    for (const [key, { data }] of Object.entries(trained)) expect(data, key).not.toEqual(tuning.parameters[key]!.data);
  });

  test('what is saved loads to the same loss, and no part of a file is left behind', async () => {
    const tuning = await start(name);
    const parameters = stirred(tuning.parameters);
    const path = join(folder, name);
    await tuning.save(path, parameters);
    const loaded = await loadTuning(name, model, path);
    const [expected, got] = [await lossOf(tuning, parameters), await lossOf(loaded, loaded.parameters)];
    expect(relativeError([got], [expected])).toBeLessThan(1e-6);
    const files = await readdir(path);
    expect(files.filter((file) => file.endsWith('.partial'))).toEqual([]);
    const kept = await readParameters(join(path, files.find((file) => file.endsWith('.safetensors'))!));
    expect(Object.values(kept).reduce((sum, { data }) => sum + data.length, 0)).toBe(keptParameters(name, model, settings[name]));
  });

  test('unknown settings are refused by name', async () => {
    await expect(tune(name, model, { settings: { lenght: 3 } as object, rng: createRng(1) })).rejects.toThrow(/got lenght/);
  });

  test('an entry leaves no tensor behind', async () => {
    const { engine } = await import('@tensorflow/tfjs-core');
    const tuning = await start(name);
    const run = jit(lossAndGradients(model, tuning), { runtime });
    const before = engine().memory().numTensors;
    await run({ parameters: tuning.parameters, batch: batchOf(tuning), noise: {} });
    expect(engine().memory().numTensors).toBe(before);
  });
});

test('values out of range are refused by name', async () => {
  const refused = async <Name extends MethodName>(name: Name, bad: object, message: RegExp) =>
    expect(tune(name, model, { settings: bad, rng: createRng(1) })).rejects.toThrow(message);
  await refused('prefix', { kind: 'deep' }, /kind to be direct or reparametrised, got deep/);
  await refused('prefix', { length: -1 }, /length/);
  await refused('prefix', { dropout: 1 }, /dropout/);
  await refused('prefix', { initialisation: 'gauss' }, /initialisation/);
  await refused('ft-top2', { layers: 3 }, /from 1 to 2, got 3/);
  await refused('adapter', { bottleneck: 0.5 }, /bottleneck/);
  await refused('lora', { targets: ['query'] }, /targets among the model's linear maps, got query/);
  await expect(tune('prefixes' as MethodName, model, { rng: createRng(1) })).rejects.toThrow(/expected a method of prefix/);
});

test('what one method saved is refused by another', async () => {
  const tuning = await start('adapter');
  await tuning.save(join(folder, 'other'), tuning.parameters);
  await expect(loadTuning('infix', model, join(folder, 'other'))).rejects.toThrow(/expected the settings of infix, got "adapter"/);
  await expect(loadTuning('infix', model, join(folder, 'nowhere'))).rejects.toThrow(/nowhere\/tuning\.json/);
});

test('a prefix of length 0 is the base model', async () => {
  const batches = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 3 });
  const lossOfMethod = async (tuning: Tuning) => (await evaluator(model, tuning, { batches, runtime })(tuning.parameters)).loss;
  const none = await tune('prefix', model, { settings: { kind: 'direct', length: 0 }, rng: createRng(1) });
  expect(await lossOfMethod(none)).toBe(await lossOfMethod(await tune('fine-tune', model, { rng: createRng(1) })));
});

test('a prefix that starts from real words is the model\'s activations on them', async () => {
  const of = async (kind: 'direct' | 'reparametrised', tokens: readonly number[]) =>
    tune('prefix', model, { settings: { kind, length: 3, networkWidth: 64, initialisation: 'words', tokens }, rng: createRng(1) });
  const words = await of('direct', [7, 8]);
  const expected = model.family.forward(model.parameters, model.config, { ids: tensor2d([[7, 8, 7]], [1, 3], 'int32') }).present;
  const { past } = words.enter(toTensors(words.parameters));
  past!.forEach(({ key, value }, l) => {
    expect(key.dataSync()).toEqual(expected[l]!.key.dataSync());
    expect(value.dataSync()).toEqual(expected[l]!.value.dataSync());
  });
  const fitted = await of('reparametrised', [7, 8]);
  const error = (tuning: Tuning) => {
    const got = tuning.enter(toTensors(tuning.parameters)).past!;
    return relativeError(got.flatMap(({ key, value }) => [...key.dataSync(), ...value.dataSync()]), past!.flatMap(({ key, value }) => [...key.dataSync(), ...value.dataSync()]));
  };
  const unfitted = await tune('prefix', model, { settings: { length: 3, networkWidth: 64, initialisation: 'normal' }, rng: createRng(1) });
  expect(error(fitted)).toBeLessThan(0.95 * error(unfitted));
  await expect(of('direct', [])).rejects.toThrow(/expected tokens to start from/);
});
