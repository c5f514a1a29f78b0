import { createRng } from '@prefix-tuning/base';
import { eager, hostTensor, jit, onnxRuntime, type HostTensor } from '@prefix-tuning/jit';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { goldens, tinyModel } from '../../test/tiny.js';
import { collate, lossAndGradients, toTensors, tune, type TokenSequence } from '../index.js';
import { dropoutMask, dropoutNoise } from './dropout.js';

let noise: { readonly [name: string]: HostTensor };
beforeAll(async () => {
  const model = await tinyModel('gpt2');
  noise = dropoutNoise(model, collate([{ id: 'x', ids: Array.from({ length: 33 }, (_, t) => t), from: 1 }], { objective: 'token-mean', batchSize: 40 }).tensors, createRng(7));
});

/** Correlation of what is dropped. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) => mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

test('masks drop at their rate, and no two rows, columns or sites go together', () => {
  const [R, C] = [1000, 64];
  const tensors = toTensors(noise);
  const bits = (site: number, rate: number) => Array.from(dropoutMask([R, C], { rate, site, noise: tensors }).dataSync(), (value) => (value > 0 ? 1 : 0));
  for (const rate of [0.1, 0.5]) {
    const [a, b] = [bits(1, rate), bits(2, rate)];
    expect(a.filter((kept) => kept === 0).length / (R * C) - rate).toBeCloseTo(0, 2);
    expect(Math.abs(correlation(a, b))).toBeLessThan(0.02);
    expect(Math.abs(correlation(a.slice(C), a.slice(0, -C)))).toBeLessThan(0.02);
    expect(Math.abs(correlation(a.slice(1), a.slice(0, -1)))).toBeLessThan(0.02);
    // The four corners of a rectangle, where the products of the formula could tell on each other.
    const [c00, c01, c10, c11] = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([row, column]) => a.filter((_, i) => Math.floor(i / C) % 2 === row && i % 2 === column)) as [number[], number[], number[], number[]];
    expect(Math.abs(correlation(c00.map((x, i) => (x + c01[i]! + c10[i]!) % 2), c11))).toBeLessThan(0.03);
  }
  expect(dropoutMask([2, 3], { rate: 0.5, site: 1, noise: tensors }).dataSync().every((value) => value === 0 || value === 2)).toBe(true);
});

test('a mask is the same to the last bit eagerly and compiled', async () => {
  const mask = (values: { readonly [name: string]: never }) => dropoutMask([300, 50], { rate: 0.1, site: 3, noise: values });
  const on = async (runtime: ReturnType<typeof eager>) => (await jit(mask, { runtime })(noise as never)).data;
  expect(await on(onnxRuntime())).toEqual(await on(eager('cpu')));
});

/** What tools/goldens/training/dropout.py feeds. */
const numbers = (size: number) => hostTensor(Float32Array.from({ length: size }, (_, i) => 0.5 + ((i * 37 + 11) % 1009) / 2018), [size]);
const sequence = (b: number, length: number, from: number): TokenSequence => ({ id: `${b}`, ids: Array.from({ length }, (_, t) => 3 + ((b * 31 + t * 17 + 5) % 40)), from });
const cases = {
  gpt2: { rates: { embedding: 0.1, attention: 0.2, activation: 0, residual: 0.3 }, length: 9, from: 4 },
  bart: { rates: { embedding: 0.1, attention: 0.2, activation: 0.3, residual: 0.1 }, length: 17, from: 9 },
} as const;

test.each(['gpt2', 'bart'] as const)('a tiny %s drops where PyTorch does: the same loss and gradients from the same masks', async (name) => {
  const expected = JSON.parse(await readFile(`${goldens}/dropout.json`, 'utf8'))[name] as { loss: number; norms: Record<string, number> };
  const { rates, length, from } = cases[name];
  const model = await tinyModel(name);
  const dropping = { ...model, config: { ...model.config, dropout: rates } };
  const tuning = await tune('fine-tune', dropping, { rng: createRng(1) });
  const { tensors } = collate([sequence(0, length, from), sequence(1, length, from)], { objective: 'example-sum', batchSize: 2, layout: tuning.layout, packed: false });
  const run = jit(lossAndGradients(dropping, tuning), { runtime: onnxRuntime() });
  const { loss, gradients } = await run({ parameters: tuning.parameters, batch: tensors, noise: { dropoutRows: numbers(1000), dropoutColumns: numbers(1000) } });
  expect(loss.data[0]! / expected.loss).toBeCloseTo(1, 5);
  const norms = Object.fromEntries(Object.entries(gradients).map(([key, { data }]) => [key, Math.hypot(...data)]));
  for (const [key, norm] of Object.entries(expected.norms)) expect(Math.abs(norms[key]! - norm), key).toBeLessThan(1e-4 * Math.max(norm, 0.01));
  await run.dispose();
});
