import { FileError } from '@prefix-tuning/base';
import { readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../test/support/folders.js';
import { datasets, loadDataset } from './index.js';

const sizes = { train: 20, dev: 5, test: 5 };

test('the second reading comes from the cache and says the same; changed files and options are read anew', async () => {
  const folder = await folderWith(datasets.webnlg.mini!({ seed: 1, sizes }));
  const cache = await folderWith({});
  const load = (options = {}) => loadDataset('webnlg', { folder, cache, options });
  const first = await (await load()).train.toArray();
  expect(await readdir(join(cache, 'webnlg'))).toHaveLength(1);
  expect(await (await load()).train.toArray()).toEqual(first);
  expect(first).toEqual(await (await loadDataset('webnlg', { folder })).train.toArray());
  await (await load({ texts: 'all' })).train.toArray();
  expect(await readdir(join(cache, 'webnlg'))).toHaveLength(2);
  await utimes(join(folder, 'test/testdata_with_lex.xml'), 1, 1);
  await (await load()).train.toArray();
  expect(await readdir(join(cache, 'webnlg'))).toHaveLength(3);
});

test('a reading that is broken off, or fails, leaves nothing in the cache', async () => {
  const folder = await folderWith(datasets.e2e.mini!({ seed: 1, sizes }));
  const cache = await folderWith({});
  const data = await loadDataset('e2e', { folder, cache });
  for await (const _ of data.train) break;
  await writeFile(join(folder, 'devset.csv'), 'mr,ref\nname[A],A\nname[B\n');
  await expect((await loadDataset('e2e', { folder, cache })).dev.toArray()).rejects.toThrow(/devset.csv, line 3/);
  expect(await readdir(join(cache, 'e2e'))).toEqual([]);
});

test('a link to nothing in the folder does no harm; a cache that cannot be written is named', async () => {
  const folder = await folderWith(datasets.e2e.mini!({ seed: 1, sizes }));
  const cache = await folderWith({ 'taken/e2e': 'a file' });
  // Windows lets only some users make links.
  if (process.platform !== 'win32') await symlink(join(folder, 'nothing'), join(folder, 'link'));
  expect(await (await loadDataset('e2e', { folder, cache })).dev.toArray()).toHaveLength(5);
  const taken = (await loadDataset('e2e', { folder, cache: join(cache, 'taken') })).dev;
  await expect(taken.toArray()).rejects.toThrow(/taken.*: expected to write the cache, got E/);
  await expect(taken.toArray()).rejects.toThrow(FileError);
  // Node's own mkdir with `recursive` never comes back from here.
  if (process.platform === 'linux') await expect((await loadDataset('e2e', { folder, cache: '/proc/none' })).dev.toArray()).rejects.toThrow(/none.*: expected to write the cache, got ENOENT/);
});
