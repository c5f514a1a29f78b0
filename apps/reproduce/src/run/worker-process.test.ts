import { expect, test } from 'vitest';
import { reasonOf } from './worker-process.js';

test('a reason quotes what a process said last, without its stack', () => {
  expect(reasonOf(null, 'SIGKILL', [])).toBe('worker process: expected it to finish the run, it ended with SIGKILL. Where memory ran out, try fewer --jobs; the next time, it is tried again.');
  const abort = ["terminate called after throwing an instance of 'std::bad_alloc'", '  what():  std::bad_alloc'];
  expect(reasonOf(null, 'SIGABRT', abort)).toContain(`ended with SIGABRT after "${abort[0]} / what():  std::bad_alloc". Where memory`);
  const thrown = ['Error: ENOSPC: no space left on device, write', '    at writeFile (node:fs:1)', '    at run (worker.ts:50)', '', 'Node.js v20.20.0'];
  expect(reasonOf(1, null, thrown)).toContain('ended with exit code 1 after "Error: ENOSPC: no space left on device, write". The next');
  for (const code of [134, 0xc0000005]) expect(reasonOf(code, null, [])).toContain(`ended with exit code ${code}. Where memory`);
});
