import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Progress } from '@prefix-tuning/base';
import { folderWith } from '../test/support/folders.js';
import { defaultCache } from './download.js';
import { datasets, fetchDataset, loadDataset, type Checksum } from './index.js';

const content = `mr,ref\n${'name[A],A is here.\n'.repeat(2000)}`;
const sha256 = createHash('sha256').update(content).digest('hex');

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const definition = (base: string, value = sha256, kind: Checksum['kind'] = 'sha256') => ({ ...datasets.e2e, downloads: [{ file: 'trainset.csv', url: `${base}trainset.csv`, checksum: { kind, value } }] });

test('a file is fetched once, checked, and read; the licence is told first, the progress reaches the end', async () => {
  let requests = 0;
  const base = await serve((_, response) => {
    requests++;
    response.writeHead(200, { 'content-length': content.length }).end(content);
  });
  const cache = await folderWith({});
  const told: string[] = [];
  const progress: Progress[] = [];
  const options = { cache, onLicence: (text: string) => told.push(`${requests}: ${text}`), onProgress: (each: Progress) => progress.push(each) };
  const folder = await fetchDataset(definition(base), options);
  expect(await (await loadDataset('e2e', { folder })).train.toArray()).toHaveLength(1);
  expect(told[0]).toMatch(/^0: E2E.*Licence: CC-BY-SA-4.0/);
  expect(progress.at(-1)).toMatchObject({ task: 'fetch trainset.csv', done: content.length, total: content.length, unit: 'bytes' });
  await fetchDataset(definition(base), { cache });
  expect(requests).toBe(1);
  await writeFile(join(folder, 'trainset.csv'), 'spoilt');
  await fetchDataset(definition(base), { cache });
  expect(await readFile(join(folder, 'trainset.csv'), 'utf8')).toBe(content);
});

test('the cache lies in the home folder where XDG_CACHE_HOME is not set, or empty', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  const cacheWith = (value: string | undefined) => {
    vi.stubEnv('XDG_CACHE_HOME', value);
    return defaultCache();
  };
  const inHome = join(homedir(), '.cache', 'prefix-tuning', 'datasets');
  expect([undefined, '', '/elsewhere'].map(cacheWith)).toEqual([inHome, inHome, join('/elsewhere', 'prefix-tuning', 'datasets')]);
});

test('a wrong checksum leaves no file', async () => {
  const base = await serve((_, response) => response.end(content));
  const cache = await folderWith({});
  const wrong = '0'.repeat(64);
  await expect(fetchDataset(definition(base, wrong), { cache })).rejects.toThrow(`expected a file with SHA-256 ${wrong}, got ${sha256}`);
  expect(await readdir(join(cache, 'e2e'))).toEqual([]);
});

test('a file may be pinned by the id that Git gives it', async () => {
  const base = await serve((_, response) => response.end('hello\n'));
  // As `echo hello | git hash-object --stdin` prints it.
  const id = 'ce013625030ba8dba906f756967f9e9ca394464a';
  const folder = await fetchDataset(definition(base, id, 'git'), { cache: await folderWith({}) });
  expect(await readFile(join(folder, 'trainset.csv'), 'utf8')).toBe('hello\n');
  const wrong = '0'.repeat(40);
  await expect(fetchDataset(definition(base, wrong, 'git'), { cache: await folderWith({}) })).rejects.toThrow(`expected a file with Git id ${wrong}, got ${id}`);
});

test('a connection that breaks in the middle leaves no file, and the next try starts anew', async () => {
  let broken = true;
  const base = await serve((_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    if (!broken) return void response.end(content);
    response.write(content.slice(0, 1000), () => response.destroy());
  });
  const cache = await folderWith({});
  await expect(fetchDataset(definition(base), { cache })).rejects.toMatchObject({ code: 'DOWNLOAD', message: expect.stringContaining('got a broken connection') });
  expect(await readdir(join(cache, 'e2e'))).toEqual([]);
  broken = false;
  await fetchDataset(definition(base), { cache });
  expect(await readdir(join(cache, 'e2e'))).toEqual(['trainset.csv']);
});

test('a missing file and a server that is not there are named', async () => {
  const base = await serve((_, response) => response.writeHead(404).end());
  const cache = await folderWith({});
  await expect(fetchDataset(definition(base), { cache })).rejects.toThrow('expected the file, got HTTP 404 Not Found');
  await expect(fetchDataset(definition('http://127.0.0.1:1/'), { cache })).rejects.toThrow(/got a broken connection/);
});

test('a dataset without addresses says so', async () => {
  await expect(fetchDataset({ ...datasets.e2e, downloads: [] })).rejects.toThrow(/Give a folder with its files/);
});

test('every built-in address names a commit and a checksum', () => {
  for (const { downloads = [] } of Object.values(datasets)) {
    expect(downloads.length).toBeGreaterThan(0);
    for (const { url, checksum } of downloads) {
      expect(url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\//);
      expect(checksum.value).toMatch(checksum.kind === 'git' ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/);
    }
  }
});
