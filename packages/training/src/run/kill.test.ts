import { createRng } from '@prefix-tuning/base';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRun } from '../../test/start-run.js';
import { tinyRun } from '../../test/tiny-run.js';
import { trainRun } from '../index.js';

/** `KILLS=50` makes it as many; a few are enough to notice a break. */
const kills = Number(process.env.KILLS ?? 3);
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1e6);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kill-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs in a process of its own, killed some milliseconds after an event of this number; resolves to its number of events. */
function runChild(folder: string, kill?: { event: number; after: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const process_ = startRun(folder);
    process_.stderr.pipe(process.stderr);
    let events = 0;
    process_.stdout.on('data', (text: Buffer) => {
      const before = events;
      events += `${text}`.split('\n').length - 1;
      if (kill && before < kill.event && events >= kill.event) setTimeout(() => process_.kill('SIGKILL'), kill.after);
    });
    process_.on('error', reject);
    process_.on('exit', () => resolve(events));
  });
}

/** Every file of a run with the hash of its bytes, but the clock's. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'seconds.json').map((entry) => join(entry.parentPath, entry.name));
  const hashes = files.sort().map(async (file) => [file.slice(folder.length).replaceAll(sep, '/'), createHash('sha256').update(await readFile(file)).digest('hex')] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

async function goOn(folder: string): Promise<number> {
  let from = -1;
  for await (const event of trainRun(await tinyRun(folder))) if (event.type === 'start') from = event.step;
  return from;
}

test(`a run that is killed at a random moment ends with the bytes of one that was not (seed ${seed})`, { timeout: 60_000 + kills * 30_000 }, async () => {
  const whole = join(root, 'whole');
  const events = await runChild(whole);
  const expected = await bytesOf(whole);
  expect(Object.keys(expected)).toEqual(['/log.jsonl', '/parameters.safetensors', '/result.json', '/settings.json', '/tuned/adapter_config.json', '/tuned/adapter_model.safetensors']);
  const { uniform } = createRng(seed);
  const wentOnFrom: number[] = [];
  for (let i = 0; i < kills; i++) {
    const folder = join(root, `killed-${i}`);
    await runChild(folder, { event: Math.ceil(uniform() * (events - 1)), after: 10 * uniform() });
    wentOnFrom.push(await goOn(folder));
    expect(await bytesOf(folder), `kill ${i}, gone on from step ${wentOnFrom.at(-1)}`).toEqual(expected);
    await rm(folder, { recursive: true });
  }
  if (kills > 10) process.stdout.write(`${kills} kills, ${wentOnFrom.length} equal results; gone on from steps ${wentOnFrom.join(' ')} (-1: it had ended)\n`);
});
