import { miniModelFolder } from '@prefix-tuning/mini-models';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reproduce-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user does, in a process of its own. */
function reproduce(args: string[], { killWhen }: { killWhen?: (stderr: string) => boolean } = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=prefix-tuning-source', '--import', tsx, main, ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (killWhen?.(stderr)) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const short = ['--steps', '3', '--test', '4', '--out', 'out'];

test('a short run prints the table, writes the report, and does nothing the second time', async () => {
  const first = await reproduce(short);
  expect(first.stderr).not.toContain('error');
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(/Prefix .*\n.*paper, gpt2-medium +69\.7 +8\.81 +71\.4 +2\.49/);
  const html = await readFile(join(folder, 'out/report/index.html'), 'utf8');
  expect(html).toContain('<svg');
  expect(html).not.toMatch(/<script|src="http|href="http/);
  const second = await reproduce(short);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain('Fine-tune: unchanged');
  expect(second.stdout.split('\n').slice(0, 9)).toEqual(first.stdout.split('\n').slice(0, 9));
}, 240_000);

test('a killed run leaves no half-written result, and the next one goes on', async () => {
  const killed = await reproduce(['--steps', '40', '--test', '4', '--out', 'out'], { killWhen: (stderr) => stderr.includes('train Prefix') });
  expect(killed.code).not.toBe(0);
  const files = (await readdir(join(folder, 'out'), { recursive: true })).filter((name) => /result\.json|index\.html/.test(name));
  expect(files).toEqual([]);
  expect((await reproduce(short)).code).toBe(0);
}, 240_000);

describe('bad input gives one line that names the file and the cure, and exit code 1', () => {
  const model = async () => {
    await cp(miniModelFolder('mini-gpt2'), join(folder, 'model'), { recursive: true });
    return join(folder, 'model');
  };
  const refused = async (args: string[], ...patterns: RegExp[]) => {
    const { code, stderr } = await reproduce([...short, ...args]);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    for (const pattern of patterns) expect(stderr).toMatch(pattern);
  };

  test('a truncated model.safetensors', async () => {
    const path = await model();
    await truncate(join(path, 'model.safetensors'), 100_000);
    await refused(['--model', path], /model\.safetensors/, /again|complete|download/i);
  });

  test('a model folder without a tokenizer', async () => {
    const path = await model();
    await rm(join(path, 'tokenizer.json'));
    await refused(['--model', path], /tokenizer\.json/, /Copy/);
  });

  test('a CSV without a ref column', async () => {
    await writeFile(join(folder, 'trainset.csv'), 'mr,text\n"name[A]",A.\n');
    await writeFile(join(folder, 'testset_w_refs.csv'), 'mr,ref\n"name[A]",A.\n');
    await writeFile(join(folder, 'devset.csv'), 'mr,ref\n"name[A]",A.\n');
    await refused(['--data', folder], /trainset\.csv/, /ref/);
  });

  test('an option that does not exist', async () => {
    const { code, stderr } = await reproduce(['--epoch', '3']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--epoch[\s\S]*--data DIR/);
  });
});
