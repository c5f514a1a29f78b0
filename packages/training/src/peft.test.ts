import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { toTensor } from '@prefix-tuning/jit';
import { loadModel, type Model } from '@prefix-tuning/model';
import { createPrefix, foldedPast, foldPrefix, loadPrefix, loadTiedPrefix, savePrefix, type FoldedPrefix } from '@prefix-tuning/prefix';
import { tidy } from '@tensorflow/tfjs-core';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldens } from '../test/tiny.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peft-'));
});
afterAll(() => rm(folder, { recursive: true }));

const families = ['gpt2', 'llama'] as const;
const modelFolder = (family: string) => `${goldens}/peft/${family}/model`;
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
const load = (family: string): Promise<Model> => loadModel(modelFolder(family), { withoutTokenizer: true });

function logits({ family, parameters, config }: Model, prefix: FoldedPrefix, tokens: readonly number[][]): number[] {
  return tidy(() => {
    const ids = toTensor({ dtype: 'int32', shape: [tokens.length, tokens[0]!.length], data: Int32Array.from(tokens.flat()) });
    const { hidden } = family.forward(parameters, config, { ids, past: foldedPast(prefix) });
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

/** A Python with PEFT: `PEFT_PYTHON`, if it is set. */
const python = process.env.PEFT_PYTHON;
const script = fileURLToPath(new URL('../../../tools/goldens/prefix/make.py', import.meta.url));

test.skipIf(!python).each(families)('a prefix saved here for a tiny %s gives the same logits in PEFT', async (family) => {
  const model = await load(family);
  const { layers, keyValueHeads, headSize } = model.config;
  const spec = { kind: 'reparametrised', layers, heads: keyValueHeads, headDim: headSize, length: 4, width: 6, networkWidth: 5 } as const;
  const prefix = await foldPrefix(createPrefix(spec, createRng(1), 'normal'), spec);
  await savePrefix(join(folder, family), prefix);
  const { tokens } = await json(`${goldens}/peft/${family}/prefix/logits.json`);
  const expected = JSON.parse(execFileSync(python!, [script, 'check', modelFolder(family), join(folder, family)], { encoding: 'utf8' }));
  expect(largestDifference(logits(model, prefix, tokens), expected)).toBeLessThan(1e-5);
}, 600_000);
