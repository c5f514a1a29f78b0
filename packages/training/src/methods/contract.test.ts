import { createRng } from '@prefix-tuning/base';
import { eager, jit, onnxRuntime, sizeOf, toHost } from '@prefix-tuning/jit';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGoldens, relativeError, tiny, tinyModel, type Goldens, type TinyName } from '../../test/tiny.js';
import { readJson, readParameters, writeJson } from '../files.js';
import { batchShape, collate, evaluator, keptParameters, lossAndGradients, loadTuning, methods, sequenceBatches, train, trainedParameters, tune } from '../index.js';
import type { HostTensors, MethodName, TrainableModel, Tuning } from '../index.js';

const runtime = eager('cpu');
/** Only traced programs compute layers again. */
const traced = onnxRuntime({ session: { intraOpNumThreads: 1 } });
const settings: { [Name in MethodName]: object } = {
  prefix: { length: 2, networkWidth: 6, width: 9 },
  'embedding-only': { length: 2, networkWidth: 6 },
  infix: { length: 2, networkWidth: 6 },
  adapter: { bottleneck: 3 },
  lora: { rank: 2 },
  'fine-tune': {},
  'ft-top2': { layers: 1 },
};
const everyMethod = Object.keys(methods) as MethodName[];

interface Case {
  readonly family: TinyName;
  readonly name: MethodName;
  readonly title: string;
  readonly given: object;
}
const caseOf = (family: TinyName, name: MethodName, more = {}): Case => ({ family, name, title: [family, name, ...Object.values(more).flat()].join(' '), given: { ...settings[name], ...more } });
const cases: readonly Case[] = [
  ...everyMethod.flatMap((name) => [caseOf('gpt2', name), caseOf('llama', name), caseOf('gemma3_text', name)]),
  ...(['prefix', 'adapter', 'lora', 'fine-tune', 'ft-top2'] as const).map((name) => caseOf('bart', name)),
  ...(['prefix', 'embedding-only'] as const).map((name) => caseOf('gpt2', name, { kind: 'direct' })),
  ...(['encoder', 'decoder', 'cross'] as const).map((site) => caseOf('bart', 'prefix', { sites: [site] })),
];

let models: Record<TinyName, TrainableModel>;
let goldens: Record<TinyName, Goldens>;
let folder: string;
const everyFamily = async <T>(load: (family: TinyName) => Promise<T>) =>
  Object.fromEntries(await Promise.all((Object.keys(tiny) as TinyName[]).map(async (family) => [family, await load(family)]))) as Record<TinyName, T>;
beforeAll(async () => {
  [models, goldens, folder] = await Promise.all([everyFamily(tinyModel), everyFamily((family) => readGoldens(tiny[family])), mkdtemp(join(tmpdir(), 'methods-'))]);
});
afterAll(() => rm(folder, { recursive: true }));

const start = ({ family, name, given }: Case, seed = 4) => tune(name, models[family], { settings: given, rng: createRng(seed) });

/** Random values in place of every parameter, so that no gradient is hidden by a zero. */
const stirred = (parameters: HostTensors): HostTensors => {
  const { normal } = createRng(9);
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { ...value, data: Float32Array.from(value.data, (x) => x + 0.1 * normal()) }]));
};

const batchOf = ({ family }: Case, { layout }: Tuning) => collate(goldens[family].sequences, { objective: 'token-mean', batchSize: 3, layout }).tensors;

async function lossOf(which: Case, tuning: Tuning, parameters: HostTensors): Promise<number> {
  const { loss } = await jit(lossAndGradients(models[which.family], tuning), { runtime })({ parameters, batch: batchOf(which, tuning), noise: {} });
  return loss.data[0]!;
}

describe.each(cases)('$title', (which) => {
  const { family, name, given } = which;

  test('trains as many numbers as its formula says', async () => {
    const { parameters } = await start(which);
    const count = Object.values(parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(trainedParameters(name, models[family], given)).toBe(count);
  });

  test('one seed gives one start, another seed another, unless the start is the model itself', async () => {
    const at = async (seed: number) => (await start(which, seed)).parameters;
    expect(await at(1)).toEqual(await at(1));
    if (!name.startsWith('f')) expect(await at(1)).not.toEqual(await at(2));
  });

  test('the gradient equals a finite difference along it', async () => {
    const tuning = await start(which);
    const parameters = stirred(tuning.parameters);
    const { gradients } = await jit(lossAndGradients(models[family], tuning), { runtime })({ parameters, batch: batchOf(which, tuning), noise: {} });
    const norm = Math.hypot(...Object.values(gradients).map(({ data }) => Math.hypot(...data)));
    const along = (distance: number): HostTensors =>
      Object.fromEntries(
        Object.entries(parameters).map(([key, value]) => [key, { ...value, data: Float32Array.from(value.data, (x, i) => x + (distance * gradients[key]!.data[i]!) / norm) }]),
      );
    const width = 5e-3;
    const slope = ((await lossOf(which, tuning, along(width))) - (await lossOf(which, tuning, along(-width)))) / (2 * width);
    expect(slope / norm).toBeCloseTo(1, 2);
  });

  test('layers that are computed again give the same loss and gradients', async () => {
    const tuning = await start(which);
    const [parameters, batch] = [stirred(tuning.parameters), batchOf(which, tuning)];
    const of = (recompute: boolean) => jit(lossAndGradients(models[family], tuning, { recompute }), { runtime: traced })({ parameters, batch, noise: {} });
    const [kept, again] = [await of(false), await of(true)];
    expect(again.loss.data[0]! / kept.loss.data[0]!).toBeCloseTo(1, 6);
    for (const [key, { data }] of Object.entries(kept.gradients)) expect(relativeError(again.gradients[key]!.data, data), key).toBeLessThan(1e-5);
  });

  test('only its own parameters change, and all of them do', async () => {
    const model = models[family];
    const before = Object.entries(model.parameters).map(([key, value]) => [key, toHost(value).data.slice()] as const);
    const tuning = await start(which);
    const first = Object.entries(tuning.parameters).map(([key, { data }]) => [key, data.slice()] as const);
    const batches = sequenceBatches(goldens[family].sequences, { objective: 'token-mean', batchSize: 3, ...batchShape(model, tuning) });
    let trained: HostTensors = {};
    for await (const event of train({ model, tuning, batches, hyperparameters: { learningRate: 1e-2, steps: 2 }, seed: 1, runtime })) {
      if (event.type === 'end') trained = event.parameters;
    }
    for (const [key, data] of before) expect(toHost(model.parameters[key]!).data, key).toEqual(data);
    expect(Object.keys(trained)).toEqual(first.map(([key]) => key));
    for (const [key, data] of first) expect(trained[key]!.data, key).not.toEqual(data);
  });

  test('what is saved loads to the same loss, and no part of a file is left behind', async () => {
    const tuning = await start(which);
    const parameters = stirred(tuning.parameters);
    const path = join(folder, which.title);
    await tuning.save(path, parameters);
    const loaded = await loadTuning(name, models[family], path);
    const [expected, got] = [await lossOf(which, tuning, parameters), await lossOf(which, loaded, loaded.parameters)];
    expect(relativeError([got], [expected])).toBeLessThan(1e-6);
    const files = await readdir(path);
    expect(files.filter((file) => file.endsWith('.partial'))).toEqual([]);
    const kept = await readParameters(path, files.find((file) => file.endsWith('.safetensors'))!);
    expect(Object.values(kept).reduce((sum, { data }) => sum + data.length, 0)).toBe(keptParameters(name, models[family], given));
    const inMemory: Record<string, Uint8Array> = {};
    await tuning.save(inMemory, parameters);
    expect(Object.keys(inMemory).sort()).toEqual(files.sort());
    for (const [file, bytes] of Object.entries(inMemory)) expect(Buffer.compare(bytes, await readFile(join(path, file))), file).toBe(0);
    expect((await loadTuning(name, models[family], inMemory)).parameters).toEqual(loaded.parameters);
  });

  test('an entry leaves no tensor behind', async () => {
    const { engine } = await import('@tensorflow/tfjs-core');
    const tuning = await start(which);
    const run = jit(lossAndGradients(models[family], tuning), { runtime });
    const before = engine().memory().numTensors;
    await run({ parameters: tuning.parameters, batch: batchOf(which, tuning), noise: {} });
    expect(engine().memory().numTensors).toBe(before);
  });
});

test.each(everyMethod)('%s refuses unknown settings by name', async (name) => {
  await expect(tune(name, models.gpt2, { settings: { lenght: 3 } as object, rng: createRng(1) })).rejects.toThrow(/got lenght/);
});

test('values out of range are refused by name', async () => {
  const refused = async <Name extends MethodName>(name: Name, bad: object, message: RegExp) =>
    expect(tune(name, models.gpt2, { settings: bad, rng: createRng(1) })).rejects.toThrow(message);
  await refused('prefix', { kind: 'deep' }, /kind to be direct or reparametrised, got deep/);
  await refused('prefix', { length: -1 }, /length/);
  await refused('prefix', { dropout: 1 }, /dropout/);
  await refused('prefix', { initialisation: 'gauss' }, /initialisation/);
  await refused('ft-top2', { layers: 3 }, /from 1 to 2, got 3/);
  await refused('adapter', { bottleneck: 0.5 }, /bottleneck/);
  await refused('lora', { targets: ['query'] }, /targets among the model's linear maps, got query/);
  await refused('lora', { targets: ['c_attn', 'wte'] }, /targets among the model's linear maps, got wte/);
  await refused('lora', { targets: 'c_attn' }, /lora: expected targets to be a list, got c_attn\. Put \[ \] around it\./);
  await refused('prefix', { sites: 'cross' }, /prefix: expected sites to be a list, got cross/);
  await refused('lora', { alpha: NaN }, /alpha to be a number/);
  for (const name of ['infix', 'embedding-only'] as const) {
    await expect(tune(name, models.bart, { rng: createRng(1) })).rejects.toThrow(/expected a decoder-only model, got bart/);
  }
  await expect(tune('prefix', models.gpt2, {} as never)).rejects.toThrow('tune: rng: expected a stream of random numbers, got none.');
  await expect(tune('prefixes' as MethodName, models.gpt2, { rng: createRng(1) })).rejects.toThrow(/expected a method of prefix/);
});

test('what one method saved is refused by another', async () => {
  const tuning = await start(caseOf('gpt2', 'adapter'));
  await tuning.save(join(folder, 'other'), tuning.parameters);
  await expect(loadTuning('infix', models.gpt2, join(folder, 'other'))).rejects.toThrow(/expected the settings of infix, got "adapter"/);
  await expect(loadTuning('infix', models.gpt2, join(folder, 'nowhere'))).rejects.toThrow(/nowhere\/tuning\.json/);
  await expect(loadTuning('infix', models.gpt2, {})).rejects.toThrow("tuning.json: expected the file's bytes, got none");
  for (const name of ['infix', 'fine-tune', 'lora', 'prefix'] as const) await expect(loadTuning(name, models.gpt2, undefined as never)).rejects.toThrow("expected the path of a folder, or its files' bytes by name, got undefined");
});

test.each([['gpt2', 'prefix'], ['bart', 'prefix'], ['llama', 'lora']] as const)('what PEFT reads of a %s names the model that it was trained for: %s', async (family, name) => {
  const saved = async (model: TrainableModel) => {
    const files: Record<string, Uint8Array> = {};
    const tuning = await tune(name, model, { settings: settings[name], rng: createRng(1) });
    await tuning.save(files, tuning.parameters);
    return readJson(files, 'adapter_config.json');
  };
  expect(await saved({ ...models[family], folder: 'someone/a-model' })).toMatchObject({ base_model_name_or_path: 'someone/a-model' });
  expect(await saved(models[family])).toMatchObject({ base_model_name_or_path: null });
});

test('a fine-tuned model is saved with what the loaded one came with', async () => {
  const otherFiles = { 'tokenizer.json': { model: { vocab: { a: 0 } } }, 'generation_config.json': { num_beams: 3 } };
  const tuning = await tune('fine-tune', { ...models.gpt2, otherFiles }, { rng: createRng(1) });
  const files: Record<string, Uint8Array> = {};
  await tuning.save(files, tuning.parameters);
  expect(Object.keys(files).sort()).toEqual(['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json']);
  for (const [file, content] of Object.entries(otherFiles)) expect(await readJson(files, file)).toEqual(content);
});

test('LoRA of PEFT that its tensors alone do not tell is refused by field', async () => {
  const [tuning, path] = [await start(caseOf('gpt2', 'lora')), join(folder, 'variants')];
  await tuning.save(path, tuning.parameters);
  const config = await readJson(path, 'adapter_config.json');
  const loaded = async (more: object) => {
    await writeJson(path, 'adapter_config.json', { ...config, ...more });
    return loadTuning('lora', models.gpt2, path);
  };
  await expect(loaded({ use_rslora: true })).rejects.toThrow(/adapter_config\.json: expected plain LoRA, without use_rslora, got true/);
  await expect(loaded({ alpha_pattern: { c_attn: 9 } })).rejects.toThrow(/without alpha_pattern/);
  await expect(loaded({ init_lora_weights: 'pissa_niter_4' })).rejects.toThrow(/beside the model's own weights, got init_lora_weights "pissa_niter_4"/);
  expect((await loaded({ use_rslora: false, alpha_pattern: {}, alora_invocation_tokens: null, init_lora_weights: 'gaussian' })).settings).toEqual(tuning.settings);
});

test.each(Object.keys(tiny) as TinyName[])('a prefix of length 0 is the base model: %s', async (family) => {
  const model = models[family];
  const lossOfMethod = async (tuning: Tuning) => {
    const batches = sequenceBatches(goldens[family].sequences, { objective: 'token-mean', batchSize: 3, ...batchShape(model, tuning) });
    return (await evaluator(model, tuning, { batches, runtime })(tuning.parameters)).loss;
  };
  const none = await tune('prefix', model, { settings: { kind: 'direct', length: 0 }, rng: createRng(1) });
  expect(await lossOfMethod(none)).toBe(await lossOfMethod(await tune('fine-tune', model, { rng: createRng(1) })));
});

test.each(['prefix', 'embedding-only', 'infix'] as const)('%s trains no length 0, and takes no more positions than a model has', async (name) => {
  const model = models.gpt2;
  const of = (length: number) => tune(name, model, { settings: { length, networkWidth: 6 }, rng: createRng(1) });
  const none = await of(0);
  expect(() => lossAndGradients(model, none)).toThrow(`${name}: expected a length of at least 1 to train, got 0.`);
  await of(39);
  await expect(of(40)).rejects.toThrow(`${name}: expected length below the model's 40 positions, got 40.`);
});

test('behind a long source, padding may stand beyond the positions of a model; tokens may not', async () => {
  const model = models.gpt2;
  const tuning = await tune('infix', model, { settings: { length: 2, networkWidth: 6 }, rng: createRng(1) });
  const of = (source: number, target: number) => ({ id: `${source} and ${target}`, ids: Array.from({ length: source + 1 + target }, (_, i) => (7 * i + 3) % 61), from: source + 1 });
  const batchesOf = (...sequences: ReturnType<typeof of>[]) => sequenceBatches(sequences, { objective: 'token-mean', batchSize: sequences.length, ...batchShape(model, tuning) });
  for (const on of [runtime, traced]) {
    const sumOf = async (...sequences: ReturnType<typeof of>[]) => {
      const { loss, targets } = await evaluator(model, tuning, { batches: batchesOf(...sequences), runtime: on })(tuning.parameters);
      return loss * targets;
    };
    expect((await sumOf(of(35, 3), of(3, 12))) / ((await sumOf(of(35, 3))) + (await sumOf(of(3, 12))))).toBeCloseTo(1, 5);
  }
  expect(() => batchesOf(of(3, 12), of(35, 4))).toThrow('expected sequences of at most 38 tokens, got 39 in 35 and 4.');
});

test('batches that were made without a model\'s limits, and do not fit them, are refused with what to do', async () => {
  const model = models.gpt2;
  const of = async (name: MethodName, length: number, from: number, packed: boolean) => {
    const tuning = await tune(name, model, { settings: settings[name], rng: createRng(1) });
    const sequences = [{ id: 'a', ids: Array.from({ length }, () => 1), from }];
    const batches = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 1, layout: tuning.layout, packed });
    return evaluator(model, tuning, { batches, runtime })(tuning.parameters);
  };
  const cure = 'among a. Spread batchShape(model, tuning) into the options of sequenceBatches.';
  await expect(of('prefix', 38, 1, false)).rejects.toThrow(`batch: expected sequences of at most 38 tokens with padding, got 40 ${cure}`);
  await expect(of('prefix', 60, 1, true)).rejects.toThrow(cure);
  await expect(of('infix', 51, 31, false)).rejects.toThrow(`at most 38 tokens with padding, got 50 ${cure}`);
  expect((await of('infix', 39, 25, false)).targets).toBe(14);
});

test.each(Object.keys(tiny) as TinyName[])('tokens beyond the vocabulary of a %s are refused with the examples, wherever they stand', async (family) => {
  const model = models[family];
  const tuning = await tune('prefix', model, { settings: settings.prefix, rng: createRng(1) });
  for (const place of [0, 3]) {
    const sequences = [{ id: 'a', ids: [1, 1, 1, 1].with(place, 61), from: 2 }];
    const batches = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 1, ...batchShape(model, tuning) });
    await expect(evaluator(model, tuning, { batches, runtime })(tuning.parameters)).rejects.toThrow("batch: expected token ids below the model's vocabulary of 61, got 61 among a. Encode the texts with this model's own tokenizer.");
  }
});

test('a fine-tuned checkpoint of a model in half precision says that it is in 32 bits, or transformers would round it', async () => {
  const { config } = models.gpt2;
  for (const field of ['dtype', 'torch_dtype']) {
    const tuning = await tune('fine-tune', { ...models.gpt2, config: { ...config, raw: { ...config.raw, [field]: 'float16' } } }, { rng: createRng(1) });
    const files: Record<string, Uint8Array> = {};
    await tuning.save(files, tuning.parameters);
    expect(JSON.parse(new TextDecoder().decode(files['config.json']))[field]).toBe('float32');
  }
});
