import { runInBrowser } from '@prefix-tuning/browser-testing';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import scoreAll from './browser/lexical.js';

test('the lexical metrics give the same in Chromium as in Node', async () => {
  const there = await runInBrowser({ entry: join(import.meta.dirname, 'browser/lexical.ts'), argument: null });
  expect(there).toEqual(scoreAll());
}, 180_000);
