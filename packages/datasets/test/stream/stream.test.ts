import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { folderWith } from '../support/folders.js';

const articles = 50_000;

test('articles several times as large as the memory there is are read', async () => {
  const folder = await folderWith({});
  const file = await open(join(folder, 'train.jsonl'), 'w');
  const document = 'It rained all day, and nobody went out. '.repeat(55);
  for (let n = 0; n < articles; n += 1000) {
    const lines = Array.from({ length: 1000 }, (_, k) => `${JSON.stringify({ document, summary: 'It rained.', id: String(n + k) })}\n`);
    await file.write(lines.join(''));
  }
  await file.close();
  const script = fileURLToPath(new URL('read-all.mts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  // 110 MB of articles, 64 MB of memory for JavaScript.
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=64', '--conditions=prefix-tuning-source', '--import', tsx, script, folder]);
  expect(stdout).toBe(String(articles));
}, 300_000);
