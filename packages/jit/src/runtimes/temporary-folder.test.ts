import fs, { existsSync, rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

test('a process that ends while Windows keeps a mapped file ends as it would', () => {
  const before = process.listeners('exit');
  const folder = temporaryFolder();
  const [atExit] = process.listeners('exit').filter((listener) => !before.includes(listener));
  const remove = vi.spyOn(fs, 'rmSync').mockImplementation(() => {
    throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  });
  atExit!(0);
  expect(remove).toHaveBeenCalledOnce();
  remove.mockRestore();
  expect(existsSync(folder)).toBe(true);
  rmSync(folder, { recursive: true });
});
