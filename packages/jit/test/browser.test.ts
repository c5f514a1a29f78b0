/** The same compiled program in a browser: onnxruntime-web, WebAssembly with SIMD and threads. */
import '@tensorflow/tfjs-backend-cpu';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundleForBrowser, runInBrowser } from '@prefix-tuning/browser-testing';
import { expect, test } from 'vitest';
import { onnxRuntime } from '../src/index.js';
import { product } from './eight-bits.js';
import { tune } from './tiny-prefix.js';

const STEPS = 12;
const entry = join(import.meta.dirname, 'browser/tune.ts');
const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));

test('a prefix tunes in headless Chromium with the same losses as in Node, and multiplies in eight bits alike', async () => {
  const node = await tune(onnxRuntime(), STEPS);
  expect(node.at(-1)).toBeLessThan(0.9 * node[0]!);
  const argument = { steps: STEPS, threads: 2 };
  const page = await runInBrowser<{ losses: number[]; eightBits: number[]; isolated: boolean; threads: number }>({ entry, argument, folders: { '/ort/': ort } });
  expect(page).toMatchObject({ isolated: true, threads: 2 });
  expect(page.losses).toEqual(node.map((loss) => expect.closeTo(loss, 4)));
  expect(page.eightBits).toEqual((await product()).map((number) => expect.closeTo(number, 4)));
}, 180_000);

test('a bundle for browsers has onnxruntime-web where Node has onnxruntime-node', async () => {
  const bundle = await bundleForBrowser(entry);
  expect({ native: bundle.includes('onnxruntime_binding'), web: bundle.includes('wasmPaths') }).toEqual({ native: false, web: true });
});
