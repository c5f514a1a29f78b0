import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miniModelFolder, miniModels, type MiniModelName } from './index.js';

const json = (name: MiniModelName, file: string): Record<string, unknown> => JSON.parse(readFileSync(join(miniModelFolder(name), file), 'utf8'));

/** What a model's safetensors file says of its tensors, and the bytes that come after. */
function weightsOf(name: MiniModelName): { tensors: { dtype: string; shape: number[] }[]; bytes: number } {
  const file = readFileSync(join(miniModelFolder(name), 'model.safetensors'));
  const start = 8 + Number(file.readBigUInt64LE());
  const { __metadata__: _, ...tensors } = JSON.parse(file.toString('utf8', 8, start));
  return { tensors: Object.values(tensors as object), bytes: file.length - start };
}

test.each([...miniModels])('%s is a whole Hugging Face folder with a card, its weights in half precision', (name) => {
  expect(readdirSync(miniModelFolder(name)).sort()).toEqual(['README.md', 'config.json', 'model.safetensors', 'tokenizer.json']);
  expect(readFileSync(join(miniModelFolder(name), 'README.md'), 'utf8')).toContain(name);
  const { vocab_size: vocabulary } = json(name, 'config.json');
  expect(Object.keys((json(name, 'tokenizer.json').model as { vocab: object }).vocab)).toHaveLength(vocabulary as number);
  const { tensors, bytes } = weightsOf(name);
  expect(new Set(tensors.map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  expect(tensors.some(({ shape }) => shape[0] === vocabulary)).toBe(true);
  expect(tensors.reduce((sum, { shape }) => sum + 2 * shape.reduce((a, b) => a * b, 1), 0)).toBe(bytes);
});

test('all models together stay below 40 MB', () => {
  const sizes = miniModels.flatMap((name) => readdirSync(miniModelFolder(name)).map((file) => statSync(join(miniModelFolder(name), file)).size));
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(40e6);
});

test('an unknown name is an error that lists the known ones', () => {
  expect(() => miniModelFolder('gpt5' as MiniModelName)).toThrow(/expected one of mini-gpt2-medium, mini-gpt2-large, mini-bart, got gpt5/);
});
