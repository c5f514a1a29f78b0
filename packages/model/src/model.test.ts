import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, FileError } from '@prefix-tuning/base';
import { memorySource, openSafetensors, WeightsError, writeSafetensors, type TensorView } from '@prefix-tuning/safetensors';
import { printGraph, trace } from '@prefix-tuning/jit';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fixture } from '../test/golden.js';
import { disposeModel, generate, loadModel, memoryFiles, type Model } from './index.js';

const root = await mkdtemp(join(tmpdir(), 'model-'));
afterAll(() => rm(root, { recursive: true }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'gpt2-'));
  await cp(fixture('gpt2'), folder, { recursive: true });
});
const weightsFile = () => join(folder, 'model.safetensors');

async function stored(name = 'gpt2'): Promise<Record<string, TensorView>> {
  const file = await openSafetensors(await readFile(fixture(`${name}/model.safetensors`)));
  return Object.fromEntries(await Promise.all([...file.tensors.keys()].map(async (name) => [name, await file.read(name)] as const)));
}

const editConfig = async (change: Record<string, unknown>) => {
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
};

test('loads a folder, reports progress, and frees what it loaded', async () => {
  const before = memory().numTensors;
  const reports: number[] = [];
  const model = await loadModel(folder, { onProgress: ({ done }) => reports.push(done) });
  expect(model.config).toMatchObject({ layers: 2, heads: 4, headSize: 8, width: 32, vocabulary: 400, maxPositions: 128 });
  expect(Object.keys(model.parameters).sort()).toEqual(Object.keys(model.family.parameterShapes(model.config)).sort());
  expect(model.generationConfig.eosTokenIds).toEqual([0]);
  expect(reports).toEqual(reports.map((_, i) => i + 1));
  disposeModel(model);
  expect(memory().numTensors).toBe(before);
});

test('generation_config.json stands alone beside config.json, which gives the ids that it leaves out', async () => {
  const said = async () => {
    const model = await loadModel(folder);
    disposeModel(model);
    return model.generationConfig;
  };
  await editConfig({ num_beams: 4, pad_token_id: 7 });
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: [0, 5], top_k: 9 }));
  expect(await said()).toEqual({ eosTokenIds: [0, 5], bosTokenId: 0, padTokenId: 7, decoderStartTokenId: undefined, raw: { eos_token_id: [0, 5], top_k: 9 } });
  await rm(join(folder, 'generation_config.json'));
  expect(await said()).toMatchObject({ eosTokenIds: [0], padTokenId: 7, raw: { num_beams: 4 } });
  await editConfig({ bos_token_id: 3, force_bos_token_to_be_generated: true });
  expect((await said()).raw['forced_bos_token_id']).toBe(3);
});

test('weights stay in their file: programs name the place, of half floats, too, and a file that changed is refused', async () => {
  const listing = (model: Model) => {
    const forward = ([ids]: Tensor[]) => [model.family.forward(model.parameters, model.config, { ids: ids! }).hidden];
    return printGraph(trace(forward, [{ dtype: 'int32', shape: [1, 4] }]));
  };
  const whole = await loadModel(folder);
  expect(listing(whole).match(/ = stored .*model\.safetensors from byte \d+/g)!.length).toBe(Object.keys(whole.parameters).length);
  const before = await generate(whole, [[5, 6, 7]], { maxNewTokens: 5 });
  await writeSafetensors(weightsFile(), await stored(), { half: true });
  expect(() => listing(whole)).toThrow(/model\.safetensors: expected the file that was loaded, got another one in its place/);
  disposeModel(whole);
  const half = await loadModel(folder);
  expect(listing(half).match(/ = stored .*model\.safetensors from byte \d+, encoded/g)!.length).toBe(Object.keys(half.parameters).length);
  expect((await generate(half, [[5, 6, 7]], { maxNewTokens: 5 }))[0]![0]!.tokens).toEqual(before[0]![0]!.tokens);
  disposeModel(half);
});

describe('other ways to store the same weights', () => {
  const load = async (name = 'h.1.mlp.c_fc.weight') => {
    const model = await loadModel(folder);
    const values = Array.from(model.parameters[name]!.dataSync());
    disposeModel(model);
    return values;
  };

  test('names without `transformer.`, a stored output layer, and causal masks of old checkpoints', async () => {
    const expected = await load();
    const tensors = Object.entries(await stored()).map(([name, view]) => [name.replace('transformer.', ''), view] as const);
    const mask: TensorView = { dtype: 'U8', shape: [1, 1, 2, 2], data: Uint8Array.of(1, 0, 1, 1) };
    await writeSafetensors(weightsFile(), { ...Object.fromEntries(tensors), 'h.0.attn.bias': mask, 'lm_head.weight': tensors.find(([name]) => name === 'wte.weight')![1] });
    expect(await load()).toEqual(expected);
  });

  test('the tied embedding under the name of the output layer alone', async () => {
    const expected = await load('wte.weight');
    const tensors = Object.entries(await stored()).map(([name, view]) => [name === 'transformer.wte.weight' ? 'lm_head.weight' : name, view] as const);
    await writeSafetensors(weightsFile(), Object.fromEntries(tensors));
    expect(await load('wte.weight')).toEqual(expected);
  });

  test.each([
    ['without `model.`', (name: string) => name.replace(/^model\./, '')],
    ['with the embedding under a name of its copies', (name: string) => (name === 'model.shared.weight' ? 'model.decoder.embed_tokens.weight' : name)],
  ])('BART with the versions of old checkpoints, %s', async (_, rename) => {
    await cp(fixture('bart'), folder, { recursive: true });
    const load = async () => {
      const model = await loadModel(folder);
      const values = Object.fromEntries(Object.entries(model.parameters).map(([name, value]) => [name, Array.from(value.dataSync())]));
      disposeModel(model);
      return values;
    };
    const expected = await load();
    const entries = Object.entries(await stored('bart'));
    expect(entries.filter(([name]) => name.startsWith('model.')).length).toBeGreaterThan(50);
    const version: TensorView = { dtype: 'F32', shape: [1], data: Float32Array.of(3) };
    const versions = ['encoder', 'decoder'].map((side) => [`model.${side}.version`, version] as const);
    await writeSafetensors(weightsFile(), Object.fromEntries([...entries, ...versions].map(([name, view]) => [rename(name), view])));
    expect(await load()).toEqual(expected);
  });

  test('half precision', async () => {
    const expected = await load();
    await writeSafetensors(weightsFile(), await stored(), { half: true });
    const actual = await load();
    actual.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(Math.abs(expected[i]!) / 2048 + 2 ** -25));
  });

  test('shards with an index', async () => {
    const expected = await load();
    const entries = Object.entries(await stored());
    const shards = [entries.filter((_, i) => i % 2 === 0), entries.filter((_, i) => i % 2 === 1)];
    const weightMap: Record<string, string> = {};
    for (const [i, shard] of shards.entries()) {
      const name = `model-0000${i + 1}-of-00002.safetensors`;
      await writeSafetensors(join(folder, name), Object.fromEntries(shard));
      for (const [key] of shard) weightMap[key] = name;
    }
    await rm(weightsFile());
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
    expect(await load()).toEqual(expected);
    await rm(join(folder, 'model-00002-of-00002.safetensors'));
    await expect(loadModel(folder)).rejects.toThrow('model-00002-of-00002.safetensors');
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: '../../secret.safetensors' } }));
    await expect(loadModel(folder)).rejects.toBeInstanceOf(WeightsError);
  });

  test('files in memory, as a browser has them', async () => {
    const names = ['config.json', 'model.safetensors', 'tokenizer.json'];
    const [config, weights, tokenizer] = (await Promise.all(names.map((name) => readFile(join(folder, name))))) as [Buffer, Buffer, Buffer];
    const model = await loadModel(memoryFiles({ 'config.json': config, 'model.safetensors': new Blob([new Uint8Array(weights)]), 'tokenizer.json': memorySource(tokenizer) }));
    expect(Array.from(model.parameters['h.1.mlp.c_fc.weight']!.dataSync())).toEqual(await load());
    disposeModel(model);
  });
});

describe('bad folders give one clear error and leave no tensor', () => {
  const refused = async (kind: new (...args: never[]) => Error, message: RegExp) => {
    const before = memory().numTensors;
    const loading = loadModel(folder);
    await expect(loading).rejects.toBeInstanceOf(kind);
    await expect(loading).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  };

  test('truncated weights', async () => {
    await truncate(weightsFile(), 100_000);
    await refused(WeightsError, /model\.safetensors: expected \d+ bytes, got 100000: the file is truncated\. Download or copy it again\./);
  });

  test('no tokenizer, unless it is not wanted', async () => {
    await rm(join(folder, 'tokenizer.json'));
    await refused(FileError, /expected tokenizer\.json, got a folder without it\. Copy the checkpoint's tokenizer\.json/);
    const model = await loadModel(folder, { withoutTokenizer: true });
    expect(() => model.tokenizer.encode('a')).toThrow('withoutTokenizer');
    disposeModel(model);
  });

  test('a tokenizer that is none', async () => {
    await writeFile(join(folder, 'tokenizer.json'), '{"model":');
    await refused(ConfigError, /tokenizer\.json: expected a JSON object/);
    await writeFile(join(folder, 'tokenizer.json'), '{"model":{"type":"Riddle"}}');
    await refused(ConfigError, /tokenizer\.json: expected a tokenizer/);
  });

  test('no folder, no config, no weights, a pickle', async () => {
    await expect(loadModel(join(folder, 'none'))).rejects.toThrow('expected a model folder');
    await expect(loadModel(process.env['NO_SUCH_MODEL'] as never)).rejects.toThrow('model: expected the path of a folder, a hub id or the files themselves, got undefined.');
    await rm(weightsFile());
    await refused(FileError, /expected model\.safetensors or/);
    await writeFile(join(folder, 'pytorch_model.bin'), 'x');
    await refused(FileError, /A pickle file can run any code/);
    await rm(join(folder, 'config.json'));
    await refused(FileError, /expected config\.json/);
  });

  test('a config with wrong fields', async () => {
    await editConfig({ n_layer: 'two' });
    await refused(ConfigError, /config\.json: n_layer: expected a number, got "two"/);
    await editConfig({ n_layer: 2, n_head: 5 });
    await refused(ConfigError, /n_head: expected a divisor/);
    await editConfig({ n_head: 4, activation_function: 'cube' });
    await refused(ConfigError, /activation_function: expected one of/);
    await editConfig({ model_type: 'rnn' });
    await refused(ConfigError, /model_type: expected one of gpt2/);
  });

  test('an output layer that config.json ties to another embedding', async () => {
    const tensors = await stored();
    const { shape, data } = tensors['transformer.wte.weight']!;
    const other = Float32Array.from(data as Float32Array, (value, i) => (i === 0 ? value + 1 : value));
    await writeSafetensors(weightsFile(), { ...tensors, 'lm_head.weight': { dtype: 'F32', shape, data: other } });
    await refused(WeightsError, /tensor "lm_head\.weight": expected what "transformer\.wte\.weight" holds, as config\.json ties them, got other values\. Set/);
  });

  test('weights of another model name every difference', async () => {
    await editConfig({ n_layer: 3, n_positions: 64 });
    await refused(WeightsError, /missing h\.2\..* and 7 more\. wrong shape wpe\.weight: expected \[64, 32\], got \[128, 32\]/);
    await editConfig({ n_layer: 1, n_positions: 128 });
    await refused(WeightsError, /unknown h\.1\..*Check that weights and config\.json belong together\./);
    await editConfig({ quantization_config: { quant_method: 'gptq' } });
    await refused(WeightsError, /unknown h\.1\..*quantised: choose the checkpoint in float32, float16 or bfloat16\./);
  });
});
