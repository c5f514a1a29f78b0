import { FileError } from '@prefix-tuning/base';
import { lockFolder } from '@prefix-tuning/training';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readResult, removeRun } from './cache.js';
import { trainingFolder } from './execute.js';
import { removeRemains } from './train.js';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reproduce-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('what a run left is removed, unless somebody trains there', async () => {
  const folder = await temporaryFolder();
  const unlock = await lockFolder(trainingFolder(folder));
  const result = join(folder, 'result.json');
  await writeFile(result, '{}');
  await expect(removeRun(folder)).rejects.toThrow(FileError);
  expect(existsSync(result)).toBe(true);
  await unlock();
  await removeRun(folder);
  expect(existsSync(folder)).toBe(false);
  await removeRun(folder);
});

test('a result that is none is refused by name', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'result.json');
  expect(await readResult(folder)).toBeUndefined();
  for (const text of ['null', '{}', '[]', '{"outputs": []}', '{']) {
    await writeFile(file, text);
    await expect(readResult(folder), text).rejects.toThrow(/result\.json: expected .* Delete the file and start again\./);
  }
});

test('a training that ended is kept only where there is all to decode with', async () => {
  const folder = await temporaryFolder();
  const names = ['log.jsonl', 'parameters.safetensors', 'tuned'];
  await mkdir(join(folder, 'training'));
  for (const name of ['result.json', ...names]) await writeFile(join(folder, 'training', name), '');
  await removeRemains(join(folder, 'training'));
  expect(existsSync(join(folder, 'training'))).toBe(true);
  await rm(join(folder, 'training', 'parameters.safetensors'));
  await removeRemains(join(folder, 'training'));
  expect(existsSync(join(folder, 'training'))).toBe(false);
});
