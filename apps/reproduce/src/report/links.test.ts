import type * as Path from 'node:path';
import { expect, test, vi } from 'vitest';
import { commandOf, linkTo } from './report.js';

vi.mock('node:path', async (load) => (await load<typeof Path>()).win32);

test('on Windows, links have slashes, and commands the quotes of its shell', () => {
  expect(linkTo('C:\\out\\runs\\e2e_seed1', 'C:\\out\\report')).toBe('../runs/e2e_seed1');
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    expect(commandOf(['--data', 'e2e=C:\\my data', '--set', 'a=1'])).toBe('npm run reproduce -- --data "e2e=C:\\my data" --set a=1');
  } finally {
    Object.defineProperty(process, 'platform', { value: platform });
  }
});
