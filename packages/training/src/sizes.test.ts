import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { methodSizes, sizesTable } from './index.js';

test('the table in the prefix package\'s README is what the command prints', async () => {
  const readme = await readFile(fileURLToPath(new URL('../../prefix/README.md', import.meta.url)), 'utf8');
  expect(readme).toContain(sizesTable());
});

test('totals are those of the published checkpoints, and the paper\'s prefix is 0.1%', () => {
  const kept = Object.fromEntries(methodSizes().map(({ model, method, kept }) => [`${model}: ${method}`, kept]));
  expect(kept['GPT-2 medium: fine-tune']).toBe(354_823_168);
  expect(kept['GPT-2 large: fine-tune']).toBe(774_030_080);
  expect(kept['BART large: fine-tune']).toBe(406_291_456);
  expect(kept['GPT-2 medium: prefix, length 5']).toBe(245_760);
  expect(kept['BART large: prefix, three sites, length 200']).toBe(3 * 200 * 2 * 12 * 1024);
});
