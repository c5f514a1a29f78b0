import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miniModelFolder, miniModels, type MiniModelName } from './index.js';

test.each([...miniModels])('%s is a whole Hugging Face folder with a card', (name) => {
  for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'README.md']) {
    expect(existsSync(join(miniModelFolder(name), file)), file).toBe(true);
  }
});

test('an unknown name is an error that lists the known ones', () => {
  expect(() => miniModelFolder('gpt5' as MiniModelName)).toThrow(/expected one of mini-gpt2-medium, mini-gpt2-large, mini-bart, got gpt5/);
});
