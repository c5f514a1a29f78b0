import { checkFields, ConfigError, type FieldsOf, FileError, makeFolder, moveFile, nodeModule, type OnProgress, PrefixTuningError } from '@prefix-tuning/base';
import type { Checksum, DatasetDefinition, DatasetOptions, Download } from './define.js';

const { createHash, randomUUID } = nodeModule('node:crypto');
const { createReadStream } = nodeModule('node:fs');
const { access, open, rm, stat } = nodeModule('node:fs/promises');
const { homedir } = nodeModule('node:os');
const { dirname, join } = nodeModule('node:path');

/** A file could not be fetched, or is not the one that was pinned. */
export class DownloadError extends PrefixTuningError {
  readonly code = 'DOWNLOAD';
}

export interface FetchOptions {
  /** Where the files are kept; the default is `~/.cache/prefix-tuning/datasets` or below `XDG_CACHE_HOME`. */
  readonly cache?: string;
  readonly onProgress?: OnProgress;
  /** Told before the first byte is asked for: whose data it is and on what terms. */
  readonly onLicence?: (text: string) => void;
  /** Instead of the global one; for proxies and tests. */
  readonly fetch?: typeof fetch;
}

const fields: FieldsOf<FetchOptions> = { cache: true, onProgress: true, onLicence: true, fetch: true };

/**
 * Fetches a dataset's files once, each checked against its pinned checksum, and gives the folder they lie in.
 *
 * A file appears in the folder whole and right, or not at all; one that is there and right is not fetched again.
 *
 * @throws ConfigError    if the dataset has no published addresses, or for an option that does not exist
 * @throws DownloadError  if a file cannot be fetched, or is another one than was pinned
 */
export async function fetchDataset(
  { name, title, citation, downloads = [] }: Pick<DatasetDefinition<unknown, DatasetOptions>, 'name' | 'title' | 'citation' | 'downloads'>,
  options: FetchOptions = {},
): Promise<string> {
  checkFields('fetchDataset', options, Object.keys(fields));
  const { cache = defaultCache(), onProgress = () => undefined, onLicence = () => undefined, fetch: get = fetch } = options;
  if (downloads.length === 0) throw new ConfigError(`${name}: expected a dataset with published addresses, got one without. Give a folder with its files.`);
  const folder = join(cache, name);
  onLicence(`${title}: ${citation.paper}. ${citation.url}. Licence: ${citation.licence}.`);
  for (const [done, download] of downloads.entries()) {
    if (!(await isRight(join(folder, download.file), download.checksum))) await fetchFile(download, { folder, onProgress, get });
    if (downloads.length > 1) onProgress({ task: `fetch ${name}`, done: done + 1, total: downloads.length, unit: 'files' });
  }
  return folder;
}

/** `~/.cache/prefix-tuning/datasets`, or below `XDG_CACHE_HOME`, which counts as unset where it is empty. */
export function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'prefix-tuning', 'datasets');
}

async function isRight(path: string, { kind, value }: Checksum): Promise<boolean> {
  const exists = await access(path).then(() => true, () => false);
  return exists && (await checksumOf(path, kind)) === value;
}

/** Git's id of a file is the SHA-1 of its size and its bytes. */
async function checksumOf(path: string, kind: Checksum['kind']): Promise<string> {
  const hash = kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

const checksumNames = { sha256: 'SHA-256', git: 'Git id' } as const;

interface FileContext {
  readonly folder: string;
  readonly onProgress: OnProgress;
  readonly get: typeof fetch;
}

async function fetchFile({ file, url, checksum: { kind, value } }: Download, { folder, onProgress, get }: FileContext): Promise<void> {
  const path = join(folder, file);
  const part = `${path}.${randomUUID()}.part`;
  try {
    await makeFolder(dirname(path));
    await writeBody(await request(url, get), { part, url, task: `fetch ${file}`, onProgress });
    const got = await checksumOf(part, kind);
    if (got !== value) {
      throw new DownloadError(`${url}: expected a file with ${checksumNames[kind]} ${value}, got ${got}. The publisher's file has changed, or the way to it changes files.`, { details: { url, [kind]: value, got } });
    }
    await moveFile(part, path);
  } catch (error) {
    throw error instanceof PrefixTuningError ? error : new FileError(`${path}: expected to write the file, got: ${(error as Error).message}.`, { cause: error });
  } finally {
    await rm(part, { force: true });
  }
}

async function request(url: string, get: typeof fetch): Promise<Response> {
  const response = await get(url).catch((error: Error) => {
    throw unreachable(url, error);
  });
  if (response.ok && response.body) return response;
  throw new DownloadError(`${url}: expected the file, got HTTP ${response.status} ${response.statusText}. Check the address, or bring the files in a folder.`, { details: { url, status: response.status } });
}

function unreachable(url: string, error: Error): DownloadError {
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  return new DownloadError(`${url}: expected the whole file, got a broken connection (${reason}). Try again, or bring the files in a folder.`, { details: { url }, cause: error });
}

interface BodyContext {
  readonly part: string;
  readonly url: string;
  readonly task: string;
  readonly onProgress: OnProgress;
}

/** Writes a response to a file. */
async function writeBody(response: Response, { part, url, task, onProgress }: BodyContext): Promise<void> {
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? undefined : Number(length);
  const file = await open(part, 'w');
  const reader = response.body!.getReader();
  let done = 0;
  try {
    for (;;) {
      const chunk = await reader.read().catch((error: Error) => {
        throw unreachable(url, error);
      });
      if (chunk.done) return;
      await file.write(chunk.value);
      done += chunk.value.length;
      onProgress({ task, done, total, unit: 'bytes' });
    }
  } finally {
    await file.close();
    await reader.cancel().catch(() => undefined);
  }
}
