import type { FileHandle } from 'node:fs/promises';
import { FileError, makeFolder, moveFile, nodeModule, PrefixTuningError } from '@prefix-tuning/base';
import { HubError } from './errors.js';
import { requestBytes, type RemoteFile } from './protocol.js';
import type { HubSettings } from './settings.js';

const { createHash } = nodeModule('node:crypto');
const { createReadStream } = nodeModule('node:fs');
const { open, readdir, rename, rm, stat, truncate } = nodeModule('node:fs/promises');
const { basename, dirname, join } = nodeModule('node:path');
const { setTimeout } = nodeModule('node:timers/promises');

/** So many broken connections in a row that brought nothing are the end. */
const attempts = 5;
const reportEvery = 1 << 20;

/** Downloads of this process by path, so that two that want one file share it. */
const underWay = new Map<string, Promise<void>>();

/**
 * Downloads a file, whole and checked, or not at all.
 *
 * A broken connection is taken up where it broke, in this run or the next one: what came so far waits beside the file
 * under the name of the process that fetches it, and a later process takes it over when that one is gone.
 *
 * @param label  what messages and progress call it
 * @throws HubError  if it does not come, or is not what its checksum says (nothing of it is then kept)
 * @throws FileError  if it cannot be written
 */
export async function download(settings: HubSettings, remote: RemoteFile, { path, label }: { path: string; label: string }): Promise<void> {
  const running = underWay.get(path) ?? fetchAndCheck(settings, remote, { path, label }).finally(() => underWay.delete(path));
  underWay.set(path, running);
  await running;
}

async function fetchAndCheck(settings: HubSettings, remote: RemoteFile, { path, label }: { path: string; label: string }): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  try {
    const partial = await claimPartial(path);
    const handle = await open(partial, 'a+');
    try {
      await fetchAll(settings, remote, { handle, partial, label });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await check(partial, remote, label);
    await moveFile(partial, path).catch(async (error: Error) => {
      // Windows does not replace a file that is in use: another process has fetched the same in the meantime.
      if (!(await stat(path).catch(() => undefined))) throw error;
      await rm(partial, { force: true });
    });
  } catch (cause) {
    if (cause instanceof PrefixTuningError) throw cause;
    throw new FileError(`${path}: expected to write the file, got ${(cause as Error).message}. Check the folder, its permissions and the free space.`, {
      details: { file: path },
      cause,
    });
  }
}

/** Takes over what an earlier, dead process left of a file, or chooses a new name. */
async function claimPartial(path: string): Promise<string> {
  const folder = dirname(path);
  await makeFolder(folder);
  const own = `${path}.${process.pid}.incomplete`;
  for (const name of await readdir(folder)) {
    const [blob, pid, kind, ...rest] = name.split('.');
    if (blob !== basename(path) || kind !== 'incomplete' || rest.length > 0 || !/^\d+$/.test(pid!) || isAlive(Number(pid))) continue;
    await rename(join(folder, name), own).catch(() => {});
    break;
  }
  return own;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Target {
  /** Opened for appending, in which state Windows does not let it be cut. */
  readonly handle: FileHandle;
  readonly partial: string;
  readonly label: string;
}

/** Asks again for what is missing as long as something comes. */
async function fetchAll(settings: HubSettings, remote: RemoteFile, target: Target): Promise<void> {
  for (let failed = 0; ; ) {
    const before = (await target.handle.stat()).size;
    try {
      await fetchRest(settings, remote, target);
      return;
    } catch (error) {
      if (!(error instanceof HubError) || error.details['transient'] === false) throw error;
      failed = (await target.handle.stat()).size > before ? 0 : failed + 1;
      if (failed === attempts) throw error;
      await setTimeout(settings.retryDelay * 2 ** failed);
    }
  }
}

async function fetchRest(settings: HubSettings, { url, size }: RemoteFile, { handle, partial, label }: Target): Promise<void> {
  let have = (await handle.stat()).size;
  if (have > size) await truncate(partial, (have = 0));
  const report = () => settings.onProgress?.({ task: `download ${label}`, done: have, total: size, unit: 'bytes' });
  report();
  if (have === size) return;
  const response = await requestBytes(settings, url, have);
  if (response.status === 200) await truncate(partial, (have = 0)); // A server that does not resume sends the whole.
  else await refuseUnlessFrom(have, response, { handle, partial, label });
  let reported = have;
  for await (const chunk of chunks(response.body!, label)) {
    if (have + chunk.length > size) throw broken(label, `more than the announced ${size} bytes`, { transient: false });
    await handle.appendFile(chunk);
    have += chunk.length;
    if (have - reported < reportEvery && have < size) continue;
    reported = have;
    report();
  }
  if (have < size) throw broken(label, `${have} of ${size} bytes`, { transient: true });
}

/** What answers a request for the rest must begin where that does. */
async function refuseUnlessFrom(have: number, { status, headers, body }: Response, { partial, label }: Target): Promise<void> {
  if (status === 206 && headers.get('content-range')?.startsWith(`bytes ${have}-`)) return;
  await body?.cancel();
  const otherPart = status === 206 || status === 416;
  if (otherPart) await truncate(partial, 0);
  throw broken(label, `status ${status}`, { transient: otherPart || status === 429 || status >= 500 });
}

async function* chunks(body: ReadableStream<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw broken(label, (cause as Error).message, { transient: true, cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function broken(label: string, got: string, { transient, cause }: { transient: boolean; cause?: unknown }): HubError {
  return new HubError(`${label}: expected the whole file, got ${got}. Run the same again: it goes on from what has come.`, { details: { file: label, transient }, cause });
}

/** Large files are named by their SHA-256, small ones by their Git blob id. */
async function check(partial: string, { etag, size }: RemoteFile, label: string): Promise<void> {
  const hash = etag.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(partial)) hash.update(chunk as Buffer);
  const actual = hash.digest('hex');
  if (actual === etag) return;
  await rm(partial, { force: true });
  throw new HubError(`${label}: expected a file with checksum ${etag}, got ${actual}. It was damaged on the way and nothing of it was kept: download it again.`, {
    details: { file: label, expected: etag, actual },
  });
}
