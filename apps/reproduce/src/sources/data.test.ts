import { datasets } from '@prefix-tuning/datasets';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { profiles } from '../recipe/profile.js';
import { findData } from './data.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'data-'));
  await mkdir(join(root, 'e2e'));
  await writeFile(join(root, 'e2e', 'devset.csv'), 'mr,ref\n');
});
afterEach(() => rm(root, { recursive: true }));

const find = (datasets: string[], ...given: string[]) => findData(datasets, { profile: profiles.mini, given, cache: join(root, 'cache') });

test('a name that stands for no dataset is refused; mini data do not take its place', async () => {
  await expect(find(['e2e'], `e2ee=${root}`)).rejects.toThrow('expected one of e2e, webnlg, dart, xsum before the =, got e2ee');
});

test('a folder alone holds the one dataset, or has a folder for each', async () => {
  expect((await find(['e2e'], join(root, 'e2e'))).e2e).toMatchObject({ origin: 'given', folder: join(root, 'e2e') });
  expect((await find(['e2e'], root)).e2e).toMatchObject({ folder: join(root, 'e2e') });
  await expect(find(['e2e', 'webnlg'], root)).rejects.toThrow(`--data ${root}: expected a folder webnlg in it`);
});

test('a folder in the working directory that is called like a dataset is no module', async () => {
  const before = process.cwd();
  process.chdir(root);
  try {
    expect((await find(['e2e'], 'e2e=e2e')).e2e!.origin).toBe('given');
  } finally {
    process.chdir(before);
  }
});

test('mini data that cannot be written, as on a full disk, leave nothing behind', async () => {
  const mini = vi.spyOn(datasets.e2e, 'mini').mockReturnValue({ 'trainset.csv': '', 'trainset.csv/devset.csv': '' });
  onTestFinished(() => mini.mockRestore());
  await expect(find(['e2e'])).rejects.toThrow(/trainset\.csv: expected to make the folder, got EEXIST/);
  expect(await readdir(join(root, 'cache'))).toEqual([]);
});
