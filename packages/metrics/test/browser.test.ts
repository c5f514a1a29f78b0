import chromium from '@sparticuz/chromium';
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium as browsers, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as lexical from './browser/lexical.js';

/** A browser that is installed, or else the one that comes as an npm package (Linux). */
const INSTALLED = [process.env.CHROMIUM_PATH ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'];

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./browser/lexical.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'lexical',
    platform: 'browser',
    // Loaders of files import these when they are called, which a browser does not do.
    external: ['node:*'],
    conditions: ['prefix-tuning-source'],
  });
  return outputFiles[0]!.text;
}

let browser: Browser;
let page: Page;

beforeAll(async () => {
  const found = INSTALLED.find((path) => path !== '' && existsSync(path));
  browser = await browsers.launch({ executablePath: found ?? (await chromium.executablePath()), args: found ? ['--no-sandbox'] : chromium.args, headless: true });
  page = await browser.newPage();
  await page.addScriptTag({ content: await bundle() });
}, 180_000);

afterAll(() => browser?.close());

test('the lexical metrics give the same in Chromium as in Node', async () => {
  const there = await page.evaluate('lexical.scoreAll()');
  expect(there).toEqual(lexical.scoreAll());
});
