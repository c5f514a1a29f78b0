import { FileError } from '@prefix-tuning/base';
import { lockFolder } from '@prefix-tuning/training';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeRun } from './cache.js';
import { trainingFolder } from './execute.js';

test('what a run left is removed, unless somebody trains there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reproduce-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
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
