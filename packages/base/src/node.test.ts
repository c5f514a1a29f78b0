import promises, { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FileError, makeFolder, moveFile, nodeModule } from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'base-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('folders', () => {
  test('are made with those that they stand in, whoever else makes them at the same time', async () => {
    const path = join(folder, 'made/by/two');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, '../three'))]);
    expect(await readdir(join(folder, 'made/by'))).toEqual(['three', 'two']);
    await makeFolder(path);
  });

  test('that cannot be made are refused', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow(`${join(folder, 'file')}: expected to make the folder, got EEXIST`);
    await expect(makeFolder(join(folder, 'file/below/it'))).rejects.toThrow(FileError);
    // Node's own mkdir with `recursive` never comes back from here.
    if (process.platform === 'linux') await expect(makeFolder('/proc/none/below')).rejects.toThrow('expected to make the folder, got ENOENT');
  });
});

describe('a file that is in use', () => {
  const { platform } = process;
  const on = (value: string) => Object.defineProperty(process, 'platform', { value });
  const busy = Object.assign(new Error('EPERM: operation not permitted, rename'), { code: 'EPERM' });
  afterEach(() => {
    vi.restoreAllMocks();
    on(platform);
  });

  test('is waited for on Windows, a second at most, and nowhere else', async () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    await writeFile(from, 'new');
    await writeFile(to, 'old');
    const rename = vi.spyOn(promises, 'rename').mockRejectedValueOnce(busy).mockRejectedValueOnce(busy);
    on('linux');
    await expect(moveFile(from, to)).rejects.toBe(busy);
    on('win32');
    await moveFile(from, to);
    expect(await readFile(to, 'utf8')).toBe('new');
    await expect(moveFile(from, to)).rejects.toThrow('ENOENT');
    expect(rename).toHaveBeenCalledTimes(4);
    rename.mockRejectedValue(busy);
    await expect(moveFile(from, to)).rejects.toBe(busy);
    expect(rename).toHaveBeenCalledTimes(12);
  });
});

test('modules of Node are its own, and outside it their functions refuse when they are called', () => {
  expect(nodeModule('node:path').join('a', 'b')).toBe(join('a', 'b'));
  vi.stubGlobal('process', undefined);
  try {
    const { open } = nodeModule('node:fs/promises');
    expect(() => open('file')).toThrow("node:fs/promises.open: expected Node, got a browser. Files and processes are Node's: use functions that take and give bytes.");
  } finally {
    vi.unstubAllGlobals();
  }
});
