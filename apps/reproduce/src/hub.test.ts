import { hubServer, repo, type HubServer } from '@prefix-tuning/hub-testing';
import { miniModelFolder } from '@prefix-tuning/mini-models';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runReproduce, short } from '../test/command.js';

let folder: string;
let server: HubServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reproduce-hub-'));
  const model = miniModelFolder('mini-gpt2-medium');
  const names = (await readdir(model)).filter((name) => /\.(json|safetensors)$/.test(name));
  const files = names.map(async (name) => [name, { content: await readFile(join(model, name)), large: name.endsWith('.safetensors') }] as const);
  server = await hubServer(Object.fromEntries(await Promise.all(files)));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const oneRun = ['--only', 'table1', '--dataset', 'e2e', '--method', 'prefix', '--run', 'e2e_gpt2-medium_prefix-5_seed1', ...short, '--out', 'out'];
const reproduce = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runReproduce([...oneRun, ...args], { cwd: folder, env: { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: join(folder, 'cache'), ...env } });
const fetched = () => server.requests.filter(({ method }) => method === 'GET').map(({ path }) => path.split('/').pop());

test('a plan with a model on the hub fetches its config.json alone', async () => {
  const { code, stdout } = await reproduce(['--profile', 'paper', '--dry-run', '--model', `gpt2-medium=${repo}`]);
  expect(code).toBe(0);
  expect(fetched()).toEqual(['config.json']);
  expect(stdout).toContain(`From the hub, unless its cache has them: ${repo}, at most `);
}, 600_000);

test('a run with a model on the hub downloads it once, and needs no connection the second time', async () => {
  const model = ['--model', `gpt2-medium=${repo}@${server.commit}`];
  expect(await reproduce(model)).toMatchObject({ code: 0, stderr: expect.stringContaining('1 runs: 0 are there, 1 to do.') });
  const { models } = JSON.parse(await readFile(join(folder, 'out/report/report.json'), 'utf8')) as { models: object[] };
  expect(models).toEqual([expect.objectContaining({ role: 'GPT-2 medium', name: `${repo}@${server.commit.slice(0, 8)}` })]);
  const before = fetched().length;
  expect(await reproduce(model, { HF_HUB_OFFLINE: '1' })).toMatchObject({ code: 0, stderr: expect.stringContaining('1 are there, 0 to do.') });
  expect(fetched().length).toBe(before);
}, 600_000);

test('a name that is no folder and not on the hub is refused with both reasons; the profile’s own model is left out', async () => {
  const named = await reproduce(['--model', 'gpt2-medium=tiny-org/no-model']);
  expect(named).toMatchObject({ code: 1, stderr: expect.stringMatching(/--model tiny-org\/no-model: expected a folder or a model on the hub, got no such folder, and from the hub: .*Check the name/) });
  const own = await reproduce(['--set', 'models/gpt2-medium=tiny-org/no-model']);
  expect(own).toMatchObject({ code: 1, stderr: expect.stringMatching(/gpt2-medium: tiny-org\/no-model: expected a model on http.*\n.*expected --model gpt2-medium=NAME, got none/) });
}, 600_000);
