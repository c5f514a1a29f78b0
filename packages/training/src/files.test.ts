import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeConfig } from './files.js';

test('a config says the same, with floats where transformers wants them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  const raw = { encoder_layerdrop: 0, dropout: 0.1, attn_pdrop: 0, d_model: 16, architectures: ['A'], activation_dropout: 1 };
  await writeConfig(folder, raw);
  const text = await readFile(join(folder, 'config.json'), 'utf8');
  expect(JSON.parse(text)).toEqual(raw);
  expect(text).toContain('"encoder_layerdrop": 0.0,\n');
  expect(text).toContain('"attn_pdrop": 0.0,\n');
  expect(text).toContain('"d_model": 16,\n');
  expect(text).toContain('"activation_dropout": 1.0\n');
  await rm(folder, { recursive: true });
});
