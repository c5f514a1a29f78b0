import { launchChromium } from '@prefix-tuning/browser-testing';
import { miniModelFolder, type MiniModelName } from '@prefix-tuning/mini-models';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runReproduce, set, short, type CommandOptions, type Outcome } from '../test/command.js';
import { profiles } from './recipe/profile.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reproduce-'));
});
afterEach(() => rm(folder, { recursive: true }));

const reproduce = (args: readonly string[], options: Partial<CommandOptions> = {}) => runReproduce(args, { cwd: folder, ...options });

const resultsIn = async (out: string) => (await readdir(join(out, 'runs')).catch(() => [])).map((name) => join(out, 'runs', name));
const whole = async (out: string) => (await Promise.all((await resultsIn(out)).map((run) => readdir(run)))).filter((files) => files.includes('result.json')).length;

describe('a short reproduction of a table of outputs and a figure', () => {
  const selection = ['--only', 'figure3,table6', '--dataset', 'e2e,webnlg', ...set('lowData/sizes=50', 'lowData/subsets=1'), ...short, '--out', 'out'];
  let shared: string;
  let first: Outcome;
  beforeAll(async () => {
    shared = await mkdtemp(join(tmpdir(), 'reproduce-'));
    first = await reproduce(selection, { cwd: shared });
  }, 600_000);
  afterAll(() => rm(shared, { recursive: true }));

  test('does every run and says where the report is', async () => {
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('4 cells, 4 runs: 0 are there, 4 to do.') });
    expect(first.stdout).toContain(join('out', 'report', 'index.html'));
    expect(await whole(join(shared, 'out'))).toBe(4);
  });

  test('the page shows what was selected, in Chromium, with no error and no request elsewhere', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => void (/^(file|data):/.test(request.url()) || complaints.push(request.url())));
      await page.goto(`file://${join(shared, 'out/report/index.html')}`);
      expect(complaints).toEqual([]);
      expect(await page.locator('h2').allTextContents()).toEqual(['The paper’s claims', 'Figure 3. Low data', 'Table 6. What the models write, WebNLG', 'Table 5. Settings', 'Runs', 'How this was made']);
      expect(await page.locator('#figure3 svg').count()).toBe(2);
      expect(await page.locator('#table6 .texts').count()).toBe(4);
      expect(await page.locator('.claim').count()).toBe(9);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      const links = await page.locator('#runs a').evaluateAll((anchors) => anchors.map((anchor) => (anchor as unknown as { href: string }).href));
      for (const link of links) await stat(fileURLToPath(link));
      expect(links).toHaveLength(4 * 5);
    } finally {
      await browser.close();
    }
  }, 600_000);

  test('a second one changes nothing; the command in the report makes one run again', async () => {
    const json = await readFile(join(shared, 'out/report/report.json'), 'utf8');
    const second = await reproduce(selection, { cwd: shared });
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('4 are there, 0 to do.') });
    expect(await readFile(join(shared, 'out/report/report.json'), 'utf8')).toBe(json);
    const { runs } = JSON.parse(json) as { runs: { id: string; command: string; folder: string }[] };
    const { command, folder: run } = runs.find(({ id }) => id === 'webnlg_gpt2-medium_fine-tune_seed1')!;
    const file = join(shared, 'out/report', run, 'outputs.txt');
    const outputs = await readFile(file, 'utf8');
    await writeFile(file, 'changed');
    const again = await reproduce(command.replace('npm run reproduce -- ', '').split(' '), { cwd: shared });
    expect(again.stderr).toContain('2 cells, 1 runs: 0 are there, 1 to do.');
    expect(await readFile(file, 'utf8')).toBe(outputs);
  }, 600_000);
});

// Windows ends a process that gets a signal from another at once, and tells nobody which.
const withSignals = test.skipIf(process.platform === 'win32');

withSignals('interrupted in the middle it says how to go on, and goes on with what is not done', async () => {
  const args = ['--only', 'table6', ...short, '--out', 'out', '--jobs', '1'];
  const out = join(folder, 'out');
  const killed = await reproduce(args, { watch: async (child) => (await whole(out)) === 1 && child.kill('SIGINT') });
  expect(killed).toMatchObject({ code: null, stderr: expect.stringContaining('The same command goes on from the last checkpoints.') });
  expect(await reproduce(args)).toMatchObject({ code: 0, stderr: expect.stringContaining('2 runs: 1 are there, 1 to do.') });
}, 600_000);

test('killed while it decodes, a run goes on from what was trained, and knows the times of its steps', async () => {
  const args = ['--only', 'table6', '--method', 'prefix', ...short, ...set('test=12'), '--out', 'out', '--jobs', '1'];
  const out = join(folder, 'out');
  const there = async (file: string) => (await Promise.all((await resultsIn(out)).map((run) => stat(join(run, file)).catch(() => undefined)))).some((found) => found !== undefined);
  const killed = await reproduce(args, { watch: async (child) => (await there('training/times.json')) && child.kill('SIGKILL') });
  expect(killed.code).not.toBe(0);
  expect(await there('result.json')).toBe(false);
  expect((await reproduce(args)).code).toBe(0);
  const [run] = await resultsIn(out);
  const { stepSeconds } = JSON.parse(await readFile(join(run!, 'result.json'), 'utf8')) as { stepSeconds: { median: number } };
  expect(stepSeconds.median).toBeGreaterThan(0);
  expect(await there('training/parameters.safetensors')).toBe(false);
  // Whoever loses the result of a whole run gets it again.
  await rm(join(run!, 'result.json'));
  expect((await reproduce(args)).code).toBe(0);
  expect(await there('result.json')).toBe(true);
}, 600_000);

/** The process that trains in one of the folders: its lock there names it. */
async function trainer(out: string): Promise<number | undefined> {
  const locks = (await resultsIn(out)).map(async (run) => (await readdir(join(run, 'training')).catch(() => [])).find((name) => name.endsWith('.lock')));
  const found = (await Promise.all(locks)).find((name) => name !== undefined);
  return found === undefined ? undefined : Number(found.split('.')[1]);
}

withSignals('a run whose worker process is killed is shown with its reason, the others go on, and the next time it is tried again', async () => {
  const args = ['--only', 'table6', ...short, '--out', 'out', '--jobs', '1'];
  const out = join(folder, 'out');
  let victim: number | undefined;
  const kill = async () => {
    if (victim !== undefined) return;
    victim = await trainer(out);
    if (victim !== undefined) process.kill(victim, 'SIGKILL');
  };
  const { code, stderr } = await reproduce(args, { watch: kill });
  expect(code).toBe(1);
  const reason = 'worker process: expected it to finish the run, it ended with SIGKILL.';
  expect(stderr).toMatch(new RegExp(`1 of 2 runs failed:\n {2}webnlg_gpt2-medium_[\\w-]+: ${reason}`));
  expect(await whole(out)).toBe(1);
  const failures = await Promise.all((await resultsIn(out)).map((run) => readFile(join(run, 'failure.json'), 'utf8').catch(() => undefined)));
  expect(failures.filter((text) => text !== undefined).map((text) => JSON.parse(text!) as unknown)).toMatchObject([{ reason: expect.stringContaining(reason) }]);
  for (const name of ['report.md', 'index.html']) expect(await readFile(join(out, 'report', name), 'utf8'), name).toContain(reason);
  expect(await reproduce(args)).toMatchObject({ code: 0, stderr: expect.stringContaining('2 runs: 1 are there, 1 to do.') });
}, 600_000);

test('a failed run is shown with its reason, and does not stop the others', async () => {
  const args = ['--only', 'table6', ...short, '--out', 'out'];
  const { code, stderr } = await reproduce([...args, ...set('tuned/fine-tune/webnlg/learningRate=1e30')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/1 of 2 runs failed:\n {2}webnlg_gpt2-medium_fine-tune_seed1: train: step \d+: expected a finite loss/);
  expect(await readFile(join(folder, 'out/report/report.md'), 'utf8')).toMatch(/Failed: webnlg_gpt2-medium_fine-tune_seed1: train: step \d+: expected a finite loss/);
  expect(await whole(join(folder, 'out'))).toBe(1);
}, 600_000);

test('a dataset of one’s own gets a table and report by configuration alone', async () => {
  const example = fileURLToPath(new URL('../../../examples/own-dataset', import.meta.url));
  const args = ['--dataset-module', join(example, 'dataset.js'), '--data', join(example, 'data'), '--method', 'prefix,fine-tune', '--max-steps', '2', ...set('test=3'), '--out', 'out'];
  expect(await reproduce(args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/Phones +BLEU +ROUGE-L\n[\s\S]*Prefix \(0\.1%\) +\d/) });
  const page = await readFile(join(folder, 'out/report/index.html'), 'utf8');
  expect(page).toContain('Prefix-tuning on Phones');
  // Each row of the table leads to its run, with files and command.
  const links = [...page.matchAll(/href="#(run-[^"]+)"/g)].map(([, id]) => id);
  expect(links).toHaveLength(2);
  for (const id of links) expect(page).toContain(`id="${id}"`);
}, 600_000);

test('a plan of the paper needs no model and no data', async () => {
  const { code, stdout } = await reproduce(['--profile', 'paper', '--dry-run', '--only', 'table1,table2', '--seeds', '1']);
  expect(code).toBe(0);
  // GPT-2 medium, length 5: 5 x 24 x 2 x 1024 numbers are kept; 42,061 pairs in batches of 10, five times.
  expect(stdout).toMatch(/e2e_gpt2-medium_prefix-5_seed1 +1 +[\d,]+ +245,760 +0\.069% +21,035 .* T1\n/);
  expect(stdout).toContain('24 cells, 24 runs');
  expect(await readdir(folder)).toEqual([]);
}, 600_000);

describe('bad input gives one line that names the file and the cure, and exit code 1', () => {
  const model = async () => {
    await cp(miniModelFolder(profiles.mini.models['gpt2-medium'] as MiniModelName), join(folder, 'model'), { recursive: true });
    return join(folder, 'model');
  };
  const refused = async (args: string[], ...patterns: RegExp[]) => {
    const { code, stderr } = await reproduce(['--only', 'table1', '--dataset', 'e2e', '--method', 'prefix', '--run', 'e2e_gpt2-medium_prefix-5_seed1', ...short, ...args]);
    expect(code).toBe(1);
    for (const pattern of patterns) expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/\n {4}at /);
  };

  test('a truncated model.safetensors', async () => {
    const path = await model();
    await truncate(join(path, 'model.safetensors'), 100_000);
    await refused(['--model', path], /model\.safetensors/, /again|complete|download/i);
  }, 600_000);

  test('a model folder without a tokenizer', async () => {
    const path = await model();
    await rm(join(path, 'tokenizer.json'));
    await refused(['--model', path], /tokenizer\.json/, /Copy/);
  });

  test('a CSV without a ref column', async () => {
    for (const name of ['trainset', 'testset_w_refs', 'devset']) await writeFile(join(folder, `${name}.csv`), `mr,${name === 'trainset' ? 'text' : 'ref'}\n"name[A]",A.\n`);
    await refused(['--data', folder], /trainset\.csv/, /ref/);
  });

  test('an option, a setting or a table that does not exist', async () => {
    await refused(['--epoch', '3'], /--epoch[\s\S]*--data NAME=DIR/);
    await refused(['--set', 'lowData/subset=3'], /--set lowData\/subset=3: expected one of sizes, subsets/);
    await refused(['--only', 'table9'], /--only: expected some of table1, .*got table9/);
  }, 600_000);
});
