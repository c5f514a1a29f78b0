import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createRng } from '@prefix-tuning/base';
import { argMax, dispose, slice, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { generate, loadModel, type Model } from '../src/index.js';
import { attentionOnly } from './example-family.js';
import { fixture } from './golden.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const [usage, family] = [...(await readFile(at('../README.md'), 'utf8')).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

test('the example in the README runs', async () => {
  const file = at(`.readme-example-${process.pid}.ts`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await writeFile(file, usage!.replaceAll("'@prefix-tuning/model'", "'../src/index.js'").replaceAll("'path/to/gpt2'", JSON.stringify(fixture('gpt2'))));
    await import(/* @vite-ignore */ file);
    expect(log.mock.calls).toEqual([[[expect.any(String), expect.any(String)]]]);
  } finally {
    log.mockRestore();
    await rm(file);
  }
});

test('the README shows a whole family', async () => {
  expect(family).toBe((await readFile(at('example-family.ts'), 'utf8')).replaceAll("'../src/families/", "'../"));
});

test('the family of the README generates with a cache what its whole forward pass finds likeliest', async () => {
  const config = attentionOnly.parseConfig({ layers: 2, heads: 2, width: 8, vocab_size: 30, positions: 40 }, 'config.json');
  const rng = createRng(2);
  const random = (shape: readonly number[]) => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, rng.normal), [...shape]);
  const parameters = Object.fromEntries(Object.entries(attentionOnly.parameterShapes(config)).map(([name, shape]) => [name, random(shape)]));
  const { tokenizer } = await loadModel(fixture('gpt2'));
  const model: Model = { family: attentionOnly, config, parameters, tokenizer, generationConfig: { eosTokenIds: [], raw: {} }, folder: 'example' };
  const next = (ids: readonly number[]): number =>
    tidy(() => {
      const { hidden } = attentionOnly.forward(parameters, config, { ids: tensor([[...ids]], [1, ids.length], 'int32') });
      const last: Tensor = slice(attentionOnly.logits(parameters, hidden), [0, ids.length - 1, 0], [1, 1, -1]);
      return argMax(last, 2).dataSync()[0]!;
    });
  for (const [[result], prompt] of (await generate(model, [[3, 4, 5], [7]], { maxNewTokens: 12 })).map((rows, i) => [rows, [[3, 4, 5], [7]][i]!] as const)) {
    result!.tokens.forEach((token, t) => expect(token).toBe(next([...prompt, ...result!.tokens.slice(0, t)])));
    expect(result!.tokens.length).toBe(12);
  }
  dispose(parameters);
});
