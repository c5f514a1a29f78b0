import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { toTensor } from '@prefix-tuning/jit';
import { loadModel, type Model } from '@prefix-tuning/model';
import { createPrefix, foldedPast, foldPrefix, loadPrefix, loadTiedPrefix, savePrefix, saveSitePrefixes, type FoldedPrefix } from '@prefix-tuning/prefix';
import { tidy } from '@tensorflow/tfjs-core';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldens } from '../test/tiny.js';
import { applyTuning, tune } from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peft-'));
});
afterAll(() => rm(folder, { recursive: true }));

const families = ['gpt2', 'llama'] as const;
const modelFolder = (family: string) => `${goldens}/peft/${family}/model`;
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
const load = (family: string): Promise<Model> => loadModel(modelFolder(family), { withoutTokenizer: true });

function logits({ family, parameters, config }: Model, prefix: FoldedPrefix | undefined, tokens: readonly number[][]): number[] {
  return tidy(() => {
    const ids = toTensor({ dtype: 'int32', shape: [tokens.length, tokens[0]!.length], data: Int32Array.from(tokens.flat()) });
    const { hidden } = family.forward(parameters, config, { ids, past: prefix && foldedPast(prefix) });
    return [...family.logits(parameters, hidden).dataSync()];
  });
}
const largestDifference = (got: readonly number[], expected: readonly number[]) => Math.max(...expected.map((value, i) => Math.abs(value - got[i]!)));

test.each(families.flatMap((family) => ['prefix', 'cartridge'].map((kind) => ({ family, kind }))))(
  'a $kind that PEFT saved for a tiny $family gives PEFT\'s logits',
  async ({ family, kind }) => {
    const path = `${goldens}/peft/${family}/${kind}`;
    const golden = await json(`${path}/logits.json`);
    const prefix = await loadPrefix(path);
    expect(prefix.frozenLength).toBe(kind === 'cartridge' ? 1 : 0);
    expect(largestDifference(logits(await load(family), prefix, golden.tokens), golden.logits)).toBeLessThan(1e-5);
  },
);

test('PEFT\'s tied encoder-decoder prefix is written out as PEFT hands it to each layer', async () => {
  const { decoder, warning } = await loadTiedPrefix(`${goldens}/peft/bart/prefix`);
  const golden: { key: number[]; value: number[] }[] = await json(`${goldens}/peft/bart/prefix/past.json`);
  expect(warning).toMatch(/ties the decoder's layers/);
  const past = foldedPast(decoder);
  expect(past).toHaveLength(golden.length);
  golden.forEach(({ key, value }, l) => {
    expect(largestDifference([...past[l]!.key.dataSync()], key)).toBeLessThan(1e-6);
    expect(largestDifference([...past[l]!.value.dataSync()], value)).toBeLessThan(1e-6);
  });
});

/** A Python with PEFT: `PREFIX_TUNING_PYTHON`, else python3; without PEFT these tests are passed over. */
const python = process.env.PREFIX_TUNING_PYTHON ?? 'python3';
const hasPeft = spawnSync(python, ['-c', 'import importlib.util, sys; sys.exit(importlib.util.find_spec("peft") is None)']).status === 0;
const script = fileURLToPath(new URL('../../../tools/goldens/prefix/make.py', import.meta.url));

/** What PEFT makes of a folder that was saved here: its logits, or why it refuses the folder. */
const inPeft = (family: string, adapter: string): number[] | { refused: string } =>
  JSON.parse(execFileSync(python, [script, 'check', modelFolder(family), adapter], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));

test.skipIf(!hasPeft).each(families)('a prefix saved here for a tiny %s gives the same logits in PEFT', async (family) => {
  const model = await load(family);
  const { layers, keyValueHeads, headSize } = model.config;
  const spec = { kind: 'reparametrised', layers, heads: keyValueHeads, headDim: headSize, length: 4, width: 6, networkWidth: 5 } as const;
  const prefix = await foldPrefix(createPrefix(spec, createRng(1), 'normal'), spec);
  await savePrefix(join(folder, family), prefix);
  const { tokens } = await json(`${goldens}/peft/${family}/prefix/logits.json`);
  expect(largestDifference(logits(model, prefix, tokens), inPeft(family, join(folder, family)) as number[])).toBeLessThan(1e-5);
}, 600_000);

test.skipIf(!hasPeft).each(families)('LoRA saved here for a tiny %s gives the same logits in PEFT', async (family) => {
  const model = await load(family);
  const tuning = await tune('lora', model, { settings: { rank: 2 }, rng: createRng(1) });
  const { normal } = createRng(2);
  const stirred = Object.fromEntries(Object.entries(tuning.parameters).map(([name, value]) => [name, { ...value, data: Float32Array.from(value.data, () => 0.3 * normal()) }]));
  await tuning.save(join(folder, `lora-${family}`), stirred);
  const { tokens } = await json(`${goldens}/peft/${family}/prefix/logits.json`);
  const tuned = await applyTuning(model, tuning, stirred);
  const [got, expected] = [logits(tuned.model, undefined, tokens), inPeft(family, join(folder, `lora-${family}`)) as number[]];
  expect(largestDifference(got, expected)).toBeLessThan(1e-5);
  expect(largestDifference(got, logits(model, undefined, tokens))).toBeGreaterThan(0.01);
}, 600_000);

test.skipIf(!hasPeft)('PEFT refuses a prefix for three sites by its name', async () => {
  const spec = { kind: 'direct', layers: 2, heads: 2, headDim: 8, length: 2 } as const;
  const prefix = await foldPrefix(createPrefix(spec, createRng(1)), spec);
  await saveSitePrefixes(join(folder, 'sites'), { encoder: prefix, decoder: prefix, cross: prefix });
  expect(inPeft('gpt2', join(folder, 'sites'))).toEqual({ refused: expect.stringMatching(/PREFIX_TUNING_SITES/) });
}, 600_000);
