import '@tensorflow/tfjs-backend-cpu';
import { createRng, FileError } from '@prefix-tuning/base';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPrefix, foldPrefix, loadPrefix, loadSitePrefixes, loadTiedPrefix, PrefixFileError, savePrefix, saveSitePrefixes, type PrefixSpec } from '../index.js';

const spec: PrefixSpec = { kind: 'direct', layers: 2, heads: 2, headDim: 3, length: 4 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prefix-'));
});
afterAll(() => rm(folder, { recursive: true }));

const saved = async (name: string) => {
  const prefix = await foldPrefix(createPrefix(spec, createRng(1)), spec);
  await savePrefix(join(folder, name), prefix, { baseModel: 'gpt2' });
  return prefix;
};

test('a saved prefix loads as it was, from a path and from bytes', async () => {
  const prefix = await saved('a');
  const loaded = await loadPrefix(join(folder, 'a'));
  expect(loaded).toEqual({ ...prefix, baseModel: 'gpt2', frozenLength: 0 });
  const files = Object.fromEntries(
    await Promise.all(['adapter_config.json', 'adapter_model.safetensors'].map(async (file) => [file, new Uint8Array(await readFile(join(folder, 'a', file)))])),
  );
  expect(await loadPrefix(files)).toEqual(loaded);
  const inMemory: Record<string, Uint8Array> = {};
  await savePrefix(inMemory, prefix, { baseModel: 'gpt2' });
  expect(inMemory).toEqual(files);
});

test('a folder that holds no such prefix is refused by file and field', async () => {
  await saved('b');
  const change = async (field: string, value: unknown) => {
    const path = join(folder, 'b', 'adapter_config.json');
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), [field]: value }));
    return loadPrefix(join(folder, 'b'));
  };
  await expect(change('num_virtual_tokens', 9)).rejects.toThrow(/adapter_model\.safetensors: expected a tensor prompt_embeddings \[9, 24\], got \[4, 24\]/);
  await expect(change('num_layers', 'two')).rejects.toThrow(/num_layers/);
  await expect(change('peft_type', 'LORA')).rejects.toThrow(/adapter_config\.json: expected peft_type to be PREFIX_TUNING or CARTRIDGE, got "LORA"/);
  await expect(loadPrefix(join(folder, 'missing'))).rejects.toThrow(PrefixFileError);
  await writeFile(join(folder, 'file'), '');
  await expect(savePrefix(join(folder, 'file'), await saved('b'))).rejects.toThrow(FileError);
  await expect(savePrefix(join(folder, 'd'), await saved('b'), { model: 'gpt2' } as never)).rejects.toThrow('savePrefix: expected fields of baseModel, got model.');
  await expect(savePrefix(join(folder, 'd'), { 'embedding.weight': {} } as never)).rejects.toThrow('savePrefix: expected a folded prefix, got something else. Pass `await foldPrefix(parameters, spec)`.');
  await expect(change('peft_type', 'CARTRIDGE').then(() => change('num_frozen_tokens', 5))).rejects.toThrow(/num_frozen_tokens to be a whole number of at most 4, got 5/);
  await expect(loadPrefix(undefined as never)).rejects.toThrow("prefix: expected the path of a folder, or its files' bytes by name, got undefined.");
  await expect(loadPrefix({})).rejects.toThrow(/adapter_config\.json/);
  await expect(loadPrefix({ 'adapter_config.json': new TextEncoder().encode('{') })).rejects.toThrow(/expected JSON/);
});

test('an encoder-decoder prefix round-trips by site, and other folders are refused', async () => {
  const at = async (length: number) => foldPrefix(createPrefix({ ...spec, length }, createRng(length)), { ...spec, length });
  const prefixes = { encoder: await at(2), cross: await at(1) };
  await saveSitePrefixes(join(folder, 'sites'), prefixes);
  expect(await loadSitePrefixes(join(folder, 'sites'))).toEqual(prefixes);
  await expect(loadPrefix(join(folder, 'sites'))).rejects.toThrow(/peft_type to be PREFIX_TUNING or CARTRIDGE, got "PREFIX_TUNING_SITES"/);
  const bytes = (sites: unknown) => ({ 'adapter_config.json': new TextEncoder().encode(JSON.stringify({ peft_type: 'PREFIX_TUNING_SITES', sites })) });
  await expect(loadSitePrefixes(bytes({ middle: {} }))).rejects.toThrow(/adapter_config\.json: expected sites to be shapes for some of encoder, decoder, cross/);
  await expect(loadSitePrefixes(bytes({ encoder: null }))).rejects.toThrow(/adapter_config\.json: expected sites\.encoder to be layers/);
  await saved('c');
  await expect(loadSitePrefixes(join(folder, 'c'))).rejects.toThrow(/peft_type to be PREFIX_TUNING_SITES/);
  await expect(loadTiedPrefix(join(folder, 'c'))).rejects.toThrow(/num_transformer_submodules to be 2, got 1/);
});

test("of PEFT's tied prefix a decoder with fewer layers than the encoder takes the first ones", async () => {
  const prefix = await saved('tied');
  const path = join(folder, 'tied', 'adapter_config.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), num_transformer_submodules: 2 }));
  const { decoder } = await loadTiedPrefix(join(folder, 'tied'), { layers: 1 });
  expect(decoder).toMatchObject({ layers: 1, length: 4, rows: { shape: [4, 12] } });
  expect(decoder.rows.data.slice(12, 24)).toEqual(prefix.rows.data.slice(24, 36));
  await expect(loadTiedPrefix(join(folder, 'tied'), { layers: 3 })).rejects.toThrow(/layers: expected 1 to the 2 of .*adapter_config\.json, got 3/);
});
