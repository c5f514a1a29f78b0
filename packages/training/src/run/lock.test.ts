import { FileError } from '@prefix-tuning/base';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRun } from '../../test/start-run.js';
import { tinyRun } from '../../test/tiny-run.js';
import { trainRun } from '../index.js';
import { lockFolder } from './lock.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lock-'));
  await train(join(root, 'whole'));
});
afterAll(() => rm(root, { recursive: true }));

async function train(folder: string): Promise<number> {
  let from = -1;
  for await (const event of trainRun(await tinyRun(folder))) if (event.type === 'start') from = event.step;
  return from;
}

const locksIn = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.lock'));
async function expectWhole(folder: string): Promise<void> {
  for (const file of ['log.jsonl', 'parameters.safetensors', 'result.json']) {
    expect((await readFile(join(folder, file))).equals(await readFile(join(root, 'whole', file))), file).toBe(true);
  }
  expect(await readdir(folder)).toEqual(await readdir(join(root, 'whole')));
}

/** A run in a process of its own, once it has trained some steps. */
async function running(folder: string) {
  const child = startRun(folder);
  let lines = 0;
  await new Promise<void>((resolve) => child.stdout.on('data', (chunk: Buffer) => (lines += `${chunk}`.split('\n').length - 1) > 3 && resolve()));
  return child;
}

// Windows cannot make a process stand still.
test.skipIf(process.platform === 'win32')('of two processes with one folder the second is refused, even while the first stands still', { timeout: 120_000 }, async () => {
  const folder = join(root, 'two');
  const first = await running(folder);
  first.kill('SIGSTOP');
  const second = startRun(folder);
  const said = await text(second.stderr);
  expect(said).toContain(`${folder}: expected a folder that no other run trains in, got one that process ${first.pid} does. Wait for it, stop it, or choose another folder`);
  await expect(train(folder)).rejects.toThrow(FileError);
  const ended = once(first, 'exit');
  first.kill('SIGCONT');
  expect(await ended).toEqual([0, null]);
  await expectWhole(folder);
});

test('the lock of a killed process is taken over at once', { timeout: 120_000 }, async () => {
  const folder = join(root, 'killed');
  const first = await running(folder);
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(await locksIn(folder)).toHaveLength(1);
  expect(await train(folder)).toBeGreaterThanOrEqual(0);
  await expectWhole(folder);
});

test('of many that start at the same moment at most one has the folder', async () => {
  const folder = join(root, 'many');
  const held = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
  const holders = held.filter(({ status }) => status === 'fulfilled');
  expect(holders.length).toBeLessThanOrEqual(1);
  expect(await locksIn(folder)).toHaveLength(holders.length);
  for (const each of held) if (each.status === 'fulfilled') await each.value();
  await (await lockFolder(folder))();
  expect(await locksIn(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')('a process that got a dead one’s number does not hold its lock', async () => {
  const folder = join(root, 'reused');
  await mkdir(folder);
  await writeFile(join(folder, `run.${process.pid}.1.00000000.${hostname()}.lock`), '');
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')('nor does another user’s process that got the number', async () => {
  const folder = join(root, 'another-user');
  await mkdir(folder);
  await writeFile(join(folder, `run.${process.pid}.1.00000000.${hostname()}.lock`), '');
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  try {
    await (await lockFolder(folder))();
    expect(kill).toHaveBeenCalledWith(process.pid, 0);
  } finally {
    kill.mockRestore();
  }
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that cannot be made is an error with its name', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  await expect(lockFolder(join(file, 'run'))).rejects.toThrow(FileError);
  await expect(lockFolder(join(file, 'run'))).rejects.toThrow(`${join(file, 'run')}: expected to make the folder, got ENOTDIR`);
});

test('a lock of another machine is believed; the error names the file to delete', async () => {
  const folder = join(root, 'elsewhere');
  await mkdir(folder);
  const file = join(folder, 'run.7.1.00000000.other-host.lock');
  await writeFile(file, '');
  await expect(lockFolder(folder)).rejects.toThrow(`process 7 on other-host does. Wait for it, stop it, or choose another folder; if it has ended, delete ${file}.`);
  await rm(file);
  await (await lockFolder(folder))();
});
