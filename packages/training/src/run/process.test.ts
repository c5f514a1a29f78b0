import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyRun } from '../../test/tiny-run.js';
import { inProcess, RemoteError, trainRun, type RunEvent } from '../index.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'process-'));
});
afterAll(() => rm(root, { recursive: true }));

const module = new URL('../../test/run-process.ts', import.meta.url);
const execArgv = ['--conditions=prefix-tuning-source', '--import', 'tsx'];
const apart = (argument: object) => inProcess<RunEvent>(module, argument, { execArgv });
/** Events without what the clock decides. */
const plain = (event: RunEvent) => JSON.stringify(event, (key, value: unknown) => (['seconds', 'tokensPerSecond', 'folder', 'path'].includes(key) ? undefined : value));

test('a run in a process of its own yields the same events and bytes, and leaves the event loop free', async () => {
  const here: string[] = [];
  for await (const event of trainRun(await tinyRun(join(root, 'here')))) here.push(plain(event));
  const there: string[] = [];
  let ticks = 0;
  const watch = setInterval(() => ticks++, 1);
  for await (const event of apart({ folder: join(root, 'there') })) there.push(plain(event));
  clearInterval(watch);
  expect(there).toEqual(here);
  for (const file of ['log.jsonl', 'parameters.safetensors']) {
    expect((await readFile(join(root, 'there', file))).equals(await readFile(join(root, 'here', file))), file).toBe(true);
  }
  expect(ticks).toBeGreaterThan(50);
});

test('leaving the loop stops the process after a checkpoint; an error there is thrown here', async () => {
  const folder = join(root, 'left');
  let seen = 0;
  for await (const event of apart({ folder })) if (event.type === 'step' && ++seen === 5) break;
  for await (const event of apart({ folder })) {
    if (event.type !== 'start') continue;
    expect(event.step).toBeGreaterThanOrEqual(5);
    break;
  }
  const other = (async () => {
    for await (const event of apart({ folder, learningRate: 0.1 })) void event;
  })();
  await expect(other).rejects.toThrow(RemoteError);
  await expect(other).rejects.toThrow(/learningRate 0.02 there and 0.1 here/);
});

test('a module by its path alone is refused', async () => {
  await expect(inProcess('./my-run.js' as never).next()).rejects.toThrow("inProcess: expected the module's URL, got ./my-run.js. Pass new URL('./my-run.js', import.meta.url).");
});

test('an argument that is no plain data is an error, and leaves no process behind', async () => {
  const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  const before = processes();
  await expect(apart({ folder: join(root, 'none'), progress: () => {} }).next()).rejects.toThrow(/could not be cloned/);
  await expect.poll(processes).toBe(before);
});
