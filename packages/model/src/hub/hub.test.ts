import { etagOf, hubServer, repo, type HubFile, type HubServer } from '@prefix-tuning/hub-testing';
import { FileError } from '@prefix-tuning/base';
import { execFile } from 'node:child_process';
import promises, { lstat, mkdir, mkdtemp, open, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fixture } from '../../test/golden.js';
import { disposeModel, downloadModel, HubError, loadConfig, loadModel, loadTokenizer, type LoadOptions } from '../index.js';
import { openHub } from './files.js';
import { hubSettings } from './settings.js';

/** As Python names it, which follows links. */
const root = await realpath(await mkdtemp(join(tmpdir(), 'hub-')));
afterAll(() => rm(root, { recursive: true }));

const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'model.safetensors'];
const files: Record<string, HubFile> = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, { content: await readFile(fixture(`gpt2/${name}`)), large: name.endsWith('.safetensors') }] as const)),
);
const weights = files['model.safetensors']!;
const folder = `models--${repo.replace('/', '--')}`;

let server: HubServer;
let cache: string;
beforeEach(async () => {
  server = await hubServer({ ...files });
  cache = await mkdtemp(join(root, 'cache-'));
});
afterEach(() => server.close());

const options = (more: LoadOptions = {}): LoadOptions => ({ endpoint: server.endpoint, cache, retryDelay: 1, ...more });
const load = async (more: LoadOptions = {}, id = repo) => {
  const model = await loadModel(id, options(more));
  const values = Array.from(model.parameters['h.1.mlp.c_fc.weight']!.dataSync());
  disposeModel(model);
  return values;
};
const gets = () => server.requests.filter(({ method }) => method === 'GET');
const blobs = () => readdir(join(cache, folder, 'blobs'));

async function folderValues(): Promise<number[]> {
  const model = await loadModel(fixture('gpt2'));
  const values = Array.from(model.parameters['h.1.mlp.c_fc.weight']!.dataSync());
  disposeModel(model);
  return values;
}

describe('a model on the hub', () => {
  test('is what the folder is, in the cache layout of Python, each file fetched once', async () => {
    const progress: { task: string; done: number; total?: number | undefined }[] = [];
    expect(await load({ onProgress: (report) => progress.push(report) })).toEqual(await folderValues());
    expect((await blobs()).sort()).toEqual(Object.values(files).map(etagOf).sort());
    expect(await readFile(join(cache, folder, 'refs/main'), 'utf8')).toBe(server.commit);
    const link = join(cache, folder, 'snapshots', server.commit, 'model.safetensors');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(link)).toEqual(weights.content);
    const size = weights.content.length;
    expect(progress).toContainEqual({ task: `download ${repo}/model.safetensors`, done: size, total: size, unit: 'bytes' });
    const count = server.requests.length;
    await load();
    // One question for the branch's commit; files that are there, or known not to be, are not asked for again.
    expect(server.requests.length).toBe(count + 1);
  });

  test('of a pinned commit needs no connection the second time; another commit is another snapshot', async () => {
    await load({ revision: server.commit });
    const count = server.requests.length;
    await load({ revision: server.commit });
    expect(server.requests.length).toBe(count);
    const first = server.commit;
    server.commit = 'b'.repeat(40);
    server.files['config.json'] = { content: Buffer.from(String(files['config.json']!.content).replace('{', '{ "note": 1,')) };
    await load();
    expect((await readdir(join(cache, folder, 'snapshots'))).sort()).toEqual([first, server.commit]);
    expect(gets().filter(({ host }) => host === 'storage')).toHaveLength(1);
  });

  test('under an old name, and of a revision with slashes', async () => {
    await load({}, 'old-name');
    await load({ revision: 'refs/pr/1' });
    expect(await readFile(join(cache, folder, 'refs/refs/pr/1'), 'utf8')).toBe(server.commit);
  });

  test('goes on without a connection from what the cache has, and says so when it has nothing', async () => {
    await load();
    const { endpoint } = server;
    await server.close();
    expect(await load({ endpoint })).toEqual(await folderValues());
    expect(await load({ offline: true })).toEqual(await folderValues());
    await expect(loadModel('tiny-org/other', options({ offline: true }))).rejects.toThrow('HF_HUB_OFFLINE forbids');
    await rm(join(cache, folder, 'snapshots', server.commit, 'model.safetensors'));
    await expect(load({ offline: true })).rejects.toThrow(/expected model\.safetensors or .* Offline \(HF_HUB_OFFLINE\), only the cache is looked at: load it once/);
    await expect(loadModel('tiny-org/other', options({ endpoint }))).rejects.toThrow(/expected an answer, got .*ECONNREFUSED.*Check the connection/);
    server = await hubServer({});
  });

  test('the tokenizer alone leaves the weights where they are', async () => {
    expect((await loadTokenizer(repo, options())).size).toBe(400);
    expect(gets().map(({ path }) => path.split('/').pop())).toEqual(['tokenizer.json']);
  });

  test('is downloaded whole to a folder of the cache, and its configuration alone by that file alone', async () => {
    expect(await loadConfig(repo, options())).toMatchObject({ model_type: 'gpt2', vocab_size: 400 });
    expect(gets().map(({ path }) => path.split('/').pop())).toEqual(['config.json']);
    const path = await downloadModel(repo, options());
    expect(path).toBe(join(cache, folder, 'snapshots', server.commit));
    expect((await readdir(path)).sort()).toEqual([...names].sort());
    const count = server.requests.length;
    expect(await downloadModel(repo, options({ revision: server.commit }))).toBe(path);
    expect(server.requests.length).toBe(count);
  });

  test('in shards is downloaded with all of them', async () => {
    const { 'model.safetensors': whole, ...rest } = files;
    const shards = { 'model-00001-of-00002.safetensors': whole!, 'model-00002-of-00002.safetensors': whole! };
    const map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' };
    server.files = { ...rest, ...shards, 'model.safetensors.index.json': { content: Buffer.from(JSON.stringify({ weight_map: map })) } };
    expect(await readdir(await downloadModel(repo, options()))).toEqual(expect.arrayContaining([...Object.keys(shards), 'model.safetensors.index.json', 'tokenizer.json']));
  });

  test('a pickle is refused without being fetched', async () => {
    server.files = { 'config.json': files['config.json']!, 'tokenizer.json': files['tokenizer.json']!, 'pytorch_model.bin': { content: new Uint8Array(9), large: true } };
    await expect(loadModel(repo, options())).rejects.toThrow('A pickle file can run any code');
    expect(gets().some(({ host }) => host === 'storage')).toBe(false);
  });
});

describe('the token', () => {
  test('goes to the hub and not to the host that it redirects to', async () => {
    server.token = 'hf_secret';
    await load({ token: 'hf_secret' });
    expect(server.requests.filter(({ host }) => host === 'hub').every(({ token }) => token === 'hf_secret')).toBe(true);
    expect(server.requests.filter(({ host }) => host === 'storage').map(({ token }) => token)).toEqual([undefined]);
  });

  test('that is missing or wrong gives one clear error', async () => {
    server.token = 'hf_secret';
    const refused = loadModel(repo, options());
    await expect(refused).rejects.toBeInstanceOf(HubError);
    await expect(refused).rejects.toThrow(/expected a model on http.* or a folder of that name, got neither \(status 401\)\. Check the name; if it is private, set HF_TOKEN\./);
    await expect(loadModel(repo, options({ token: 'hf_other' }))).rejects.toThrow('check that the token may read it');
    server.token = undefined;
    await expect(loadModel(repo, options({ revision: 'v9' }))).rejects.toThrow('expected a revision "v9"');
  });
});

describe('a connection that breaks', () => {
  test('in the middle is taken up where it broke', async () => {
    server.breakAfter = [];
    await loadTokenizer(repo, options());
    server.files = { 'model.safetensors': weights, ...files };
    server.breakAfter = [70_000, 30_000];
    const model = await openHub(repo, options());
    const source = (await model.open('model.safetensors'))!;
    expect(await source.read(0, source.size)).toEqual(new Uint8Array(weights.content));
    await source.close();
    const ranges = gets().flatMap(({ host, range }) => (host === 'storage' ? [range] : []));
    expect(ranges).toEqual([undefined, 'bytes=70000-', 'bytes=100000-']);
  });

  test('for good leaves what has come for the next process, and nothing under the final name', async () => {
    const model = await openHub(repo, options());
    server.breakAfter = [50_000, 0, 0, 0, 0, 0];
    const failing = model.open('model.safetensors');
    await expect(failing).rejects.toBeInstanceOf(HubError);
    await expect(failing).rejects.toThrow('Run the same again: it goes on from what has come');
    expect(await blobs()).toEqual([`${etagOf(weights)}.${process.pid}.incomplete`]);
    server.requests.length = 0;
    await (await model.open('model.safetensors'))!.close();
    expect(gets()[1]!.range).toBe('bytes=50000-');
    expect(await blobs()).toEqual([etagOf(weights)]);
  });

  test('in a process that is gone is taken up by the next one; what a living one fetches is left to it', async () => {
    const blob = join(cache, folder, 'blobs', etagOf(weights));
    await mkdir(dirname(blob), { recursive: true });
    await writeFile(`${blob}.1.incomplete`, weights.content.subarray(0, 10));
    await writeFile(`${blob}.2147483647.incomplete`, weights.content.subarray(0, 40_000));
    await (await (await openHub(repo, options())).open('model.safetensors'))!.close();
    expect(gets().map(({ range }) => range)).toContain('bytes=40000-');
    expect((await blobs()).sort()).toEqual([etagOf(weights), `${etagOf(weights)}.1.incomplete`]);
  });

  test('to a server without ranges begins anew', async () => {
    server.withoutRanges = true;
    server.breakAfter = [50_000];
    const model = await openHub(repo, options());
    const source = (await model.open('model.safetensors'))!;
    expect(await source.read(0, source.size)).toEqual(new Uint8Array(weights.content));
    await source.close();
  });

  test('two that want one file share its download', async () => {
    const model = await openHub(repo, options());
    const sources = await Promise.all([model.open('model.safetensors'), model.open('model.safetensors')]);
    expect(gets().filter(({ host }) => host === 'storage')).toHaveLength(1);
    await Promise.all(sources.map((source) => source!.close()));
  });
});

test.each(['config.json', 'model.safetensors'])('%s that is not what its checksum says is refused, and nothing of it is kept', async (file) => {
  server.corrupt = true;
  const model = await openHub(repo, options());
  const failing = model.open(file);
  await expect(failing).rejects.toBeInstanceOf(HubError);
  await expect(failing).rejects.toThrow(new RegExp(`${repo}/${file}: expected a file with checksum ${etagOf(files[file]!)}, got [0-9a-f]+\\. It was damaged on the way.*download it again`));
  expect(await blobs()).toEqual([]);
  server.corrupt = false;
  await (await model.open(file))!.close();
  expect(await blobs()).toEqual([etagOf(files[file]!)]);
});

test('a cache that cannot be made is named, and an option that does not exist', async () => {
  await writeFile(join(cache, 'file'), '');
  const below = join(cache, 'file', 'cache');
  await expect(loadModel(repo, options({ cache: below }))).rejects.toThrow(FileError);
  await expect(loadModel(repo, options({ cache: below }))).rejects.toThrow(/file.*: expected to make the folder, got E/);
  // Node's own mkdir with `recursive` never comes back from here.
  if (process.platform === 'linux') await expect(loadModel(repo, options({ cache: '/proc/none' }))).rejects.toThrow(/^\/proc\/none.*: expected to make the folder, got ENOENT/);
  await expect(loadModel(repo, { ...options(), caches: 'x' } as never)).rejects.toThrow(/^loadModel: expected fields of revision, .*, withoutTokenizer, got caches\./);
  for (const load of [loadTokenizer, loadConfig]) await expect(load(fixture('gpt2'), { revison: 'x' } as never)).rejects.toThrow(/^model options: expected fields of revision, .*, got revison\./);
  await expect(downloadModel(repo, { revison: 'x' } as never)).rejects.toThrow(/^downloadModel: expected fields of revision, .*, got revison\./);
});

test('settings are those of the environment, as Python reads them', async () => {
  const home = await mkdtemp(join(root, 'home-'));
  await writeFile(join(home, 'token'), 'hf_stored\n');
  expect(await hubSettings({}, { HF_HOME: home })).toMatchObject({
    revision: 'main', token: 'hf_stored', endpoint: 'https://huggingface.co', cache: join(home, 'hub'), offline: false,
  });
  const env = { HF_HOME: home, HF_HUB_CACHE: '/c', HF_ENDPOINT: 'https://mirror.example/', HF_TOKEN: 'hf_own', HF_HUB_OFFLINE: 'Yes' };
  expect(await hubSettings({}, env)).toMatchObject({ token: 'hf_own', endpoint: 'https://mirror.example', cache: '/c', offline: true });
  expect(await hubSettings({ cache: 'd', offline: false, token: 't', endpoint: 'e' }, env)).toMatchObject({ token: 't', endpoint: 'e', cache: 'd', offline: false });
});

describe('on Windows', () => {
  const refused = (call: string) => Object.assign(new Error(`EPERM: operation not permitted, ${call}`), { code: 'EPERM' });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.resetModules();
  });

  test('a file that was opened for appending cannot be cut, and need not be', async () => {
    const some = await open(join(root, 'some'), 'a+');
    vi.spyOn(Object.getPrototypeOf(some) as typeof some, 'truncate').mockRejectedValue(refused('ftruncate'));
    await some.close();
    expect(await load()).toEqual(await folderValues());
    server.withoutRanges = true;
    server.breakAfter = [50_000];
    const source = (await (await openHub(repo, options({ cache: await mkdtemp(join(root, 'cache-')) }))).open('model.safetensors'))!;
    expect(await source.read(0, source.size)).toEqual(new Uint8Array(weights.content));
    await source.close();
  });

  test.each(['another name of the blob', 'a copy'])('without developer mode a file of a snapshot is %s', async (kind) => {
    vi.spyOn(promises, 'symlink').mockRejectedValue(refused('symlink'));
    if (kind === 'a copy') vi.spyOn(promises, 'link').mockRejectedValue(refused('link'));
    vi.resetModules();
    const { repoCache } = await import('./cache.js');
    const repository = repoCache(cache, repo);
    await mkdir(dirname(repository.blob('etag')), { recursive: true });
    await writeFile(repository.blob('etag'), 'bytes');
    const path = await repository.link('etag', server.commit, 'config.json');
    expect(await readFile(path, 'utf8')).toBe('bytes');
    expect((await lstat(path)).isSymbolicLink()).toBe(false);
    expect((await stat(path)).ino === (await stat(repository.blob('etag'))).ino).toBe(kind !== 'a copy');
    expect(await readdir(dirname(path))).toEqual(['config.json']);
  });
});

const python = process.env['PREFIX_TUNING_PYTHON'] ?? 'python3';
const run = promisify(execFile);
const hasPython = await run(python, ['-c', 'import huggingface_hub']).then(() => true, () => false);

describe.skipIf(!hasPython)('one cache with Python', () => {
  const script = `
import sys
from huggingface_hub import hf_hub_download, scan_cache_dir
for name in sys.argv[2:]:
    print(hf_hub_download(sys.argv[1], name))
print(len(scan_cache_dir().warnings))
`;
  const hubDownload = async (env: Record<string, string>) => {
    const { stdout } = await run(python, ['-c', script, repo, ...names], { env: { ...process.env, HF_HUB_CACHE: cache, HF_HUB_DISABLE_PROGRESS_BARS: '1', ...env } });
    return stdout.trim().split('\n');
  };

  test('Python finds offline what was loaded here', async () => {
    await load();
    const paths = await hubDownload({ HF_HUB_OFFLINE: '1' });
    expect(paths).toEqual([...names.map((name) => join(cache, folder, 'snapshots', server.commit, name)), '0']);
  });

  test('what Python downloaded loads here offline', async () => {
    await hubDownload({ HF_ENDPOINT: server.endpoint, HF_HUB_DISABLE_XET: '1' });
    server.requests.length = 0;
    expect(await load({ offline: true })).toEqual(await folderValues());
    expect(server.requests).toEqual([]);
  });
});
