/** The page as a stranger uses it: built, served, and driven in headless Chromium. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '@prefix-tuning/browser-testing';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

type Browser = Awaited<ReturnType<typeof launchChromium>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const root = join(import.meta.dirname, '..');
let folder: string;
let server: PreviewServer;
let browser: Browser | undefined;
let noBrowser = '';
let page: Page;

beforeAll(async () => {
  browser = await launchChromium().catch((error: Error) => {
    noBrowser = error.message;
    return undefined;
  });
  if (!browser) return;
  folder = await mkdtemp(join(tmpdir(), 'in-browser-'));
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  server = await preview({ root, logLevel: 'error', build: { outDir: folder }, preview: { port: 0, host: '127.0.0.1' } });
  page = await browser.newPage();
  await open();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** Loads the page anew, with the model but no prefix. */
async function open(): Promise<void> {
  await page.goto(server.resolvedUrls!.local[0]!);
  await page.getByText('Model ready').waitFor();
  await page.getByRole('button', { name: 'Write' }).and(page.locator(':enabled')).waitFor();
}

const patience = { timeout: 30_000, interval: 50 };
const tuned = () => page.getByRole('article', { name: 'The same model with the prefix' }).getByRole('paragraph').textContent();
const alone = () => page.getByRole('article', { name: 'The model alone' }).getByRole('paragraph').textContent();

async function train(steps: number): Promise<void> {
  await page.getByLabel('Steps').fill(String(steps));
  await page.getByRole('button', { name: 'Train' }).click();
}

/** What the page says of examples that it cannot train on. */
async function refusal(examples: string): Promise<string> {
  await page.getByLabel('Open a file').setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(examples) });
  await expect.poll(() => page.getByLabel('Examples, one a line').inputValue(), patience).toBe(examples);
  await train(1);
  const alert = page.locator('#pairs-error');
  await alert.filter({ hasText: 'examples' }).waitFor();
  return (await alert.textContent())!;
}

describe('in a browser', () => {
  test('a prefix learns from the examples, writes, and comes back from its files', { timeout: 180_000 }, async ({ skip }) => {
    skip(!browser, noBrowser);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    expect(await tuned()).toBe('Train a prefix, or load one.');
    const before = await alone();
    await train(60);
    await page.getByText('Trained 60 steps').waitFor({ timeout: 120_000 });
    expect(await page.locator('#progress').textContent()).toMatch(/loss 0\.\d+\. The prefix holds 2,560 numbers \(length 2\): 0\.13% of the model's\./);
    const heights = (await page.locator('polyline').getAttribute('points'))!.split(' ').map((point) => 100 - Number(point.split(',')[1]));
    expect(heights).toHaveLength(60);
    expect(heights[0]).toBe(100);
    expect(heights.at(-1)).toBeLessThan(10);
    await expect.poll(tuned, patience).toMatch(/^Try The Silver Spoon for moderate(ly |-)priced Italian food by the river\.$/);
    const written = await tuned();
    expect(await alone()).toBe(before);

    const files = await downloads(['adapter_model.safetensors', 'adapter_config.json']);
    await open();
    expect(await tuned()).toBe('Train a prefix, or load one.');
    await page.getByLabel('Load both files').setInputFiles(files);
    await page.getByText('Loaded. The prefix holds 2,560 numbers').waitFor();
    await expect.poll(tuned, patience).toBe(written);
    await page.getByRole('button', { name: 'Write' }).and(page.locator(':enabled')).waitFor();
    await page.getByLabel('Load both files').setInputFiles(files.slice(0, 1));
    await page.getByText('adapter_config.json: expected the file of a saved prefix, got none').waitFor();
  });

  test('training stops when asked, and what it had learned is kept', { timeout: 60_000 }, async ({ skip }) => {
    skip(!browser, noBrowser);
    await train(5000);
    await page.getByText(/^Step \d+ of 5000, loss .* steps a second, about \d+ \w+ left\.$/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/^Stopped after step \d+, loss /).waitFor();
    await page.getByRole('button', { name: 'Train' }).and(page.locator(':enabled')).waitFor();
  });

  test('examples that cannot be read are refused by line, with a cure', { timeout: 60_000 }, async ({ skip }) => {
    skip(!browser, noBrowser);
    expect(await refusal('source,target\na,b\nc,d,e\n')).toBe('examples, line 3: expected 2 cells (source, target), got 3. Put a cell that holds a comma in double quotes.');
    expect(await page.evaluate('getSelection().toString()')).toBe('c,d,e');
    const dropped = await page.evaluateHandle(`(() => { const files = new DataTransfer(); files.items.add(new File(['{"source":"a"}'], 'mine.jsonl')); return files; })()`);
    await page.getByLabel('Examples, one a line').dispatchEvent('drop', { dataTransfer: dropped });
    await expect.poll(() => page.getByLabel('Examples, one a line').inputValue(), patience).toBe('{"source":"a"}');
    expect(await refusal('')).toContain('got an empty file. Begin with the line source,target.');
    expect(await refusal(`source,target\na,b\n${'word '.repeat(400)},b\n`)).toMatch(/^examples, line 3: expected source and target of at most 382 tokens together, got \d+\. Shorten them/);
  });
});

/** Downloads files by their links: their names and bytes, as a file picker takes them. */
async function downloads(names: readonly string[]): Promise<{ name: string; mimeType: string; buffer: Buffer<ArrayBuffer> }[]> {
  const files = [];
  for (const name of names) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: `Download ${name}` }).click()]);
    expect(download.suggestedFilename()).toBe(name);
    files.push({ name, mimeType: 'application/octet-stream', buffer: await readFile((await download.path())!) as Buffer<ArrayBuffer> });
  }
  return files;
}
