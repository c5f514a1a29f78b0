import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrefixes, batchPrefixes, concatPrefixes, createPrefix, createSitePrefixes, expandPrefix, expandSitePrefixes, fitPrefix, foldedPast, foldPrefix, foldSitePrefixes } from './index.js';
import { prefixFromPast, prefixSize, sitePrefixSize, toTensors, type FoldedPrefix, type LayerPast, type PrefixSpec } from './index.js';

const shape = { layers: 2, heads: 2, headDim: 3 } as const;
const make = (length: number, seed = length): Promise<FoldedPrefix> => {
  const spec: PrefixSpec = { ...shape, kind: 'direct', length };
  return foldPrefix(createPrefix(spec, createRng(seed), 'normal'), spec);
};
const nested = (past: readonly LayerPast[]) => past.map(({ key, value }) => [key.arraySync(), value.arraySync()] as [number[][][][], number[][][][]]);

test('a prefix made of a cache is that cache', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4 }), async (length) => {
      const prefix = await make(length);
      expect(await prefixFromPast(foldedPast(prefix))).toEqual(prefix);
    }),
    { numRuns: 5 },
  );
  await expect(prefixFromPast([])).rejects.toThrow(/got no layers/);
});

test('concatenated prefixes stand one after the other', async () => {
  const [a, b] = [await make(2), await make(3)];
  const [whole, first, second] = [concatPrefixes([a, b]), a, b].map((prefix) => nested(foldedPast(prefix)));
  whole!.forEach((layer, l) =>
    layer.forEach((slot, s) =>
      slot[0]!.forEach((head, h) => expect(head).toEqual([...first![l]![s as 0]![0]![h]!, ...second![l]![s as 0]![0]![h]!])),
    ),
  );
});

test('an average weighs number by number', async () => {
  const [a, b] = [await make(2, 1), await make(2, 2)];
  const { rows } = averagePrefixes([{ prefix: a, weight: 0.25 }, { prefix: b, weight: 0.75 }]);
  rows.data.forEach((value, i) => expect(value).toBeCloseTo(0.25 * a.rows.data[i]! + 0.75 * b.rows.data[i]!, 6));
  const longer = await make(3);
  expect(() => averagePrefixes([{ prefix: a, weight: 1 }, { prefix: longer, weight: 1 }])).toThrow(/lengths 2, 3/);
});

test('a batch holds each row\'s own prefix at the end of the past, and hides what is before it', async () => {
  const prefixes = { short: await make(1), long: await make(3) };
  const { past, mask, lengths } = batchPrefixes(['long', null, 'short', 'long'], prefixes);
  expect(lengths).toEqual([3, 0, 1, 3]);
  expect(mask.arraySync()).toEqual([[1, 1, 1], [0, 0, 0], [0, 0, 1], [1, 1, 1]]);
  const [batch, short, long] = [nested(past), nested(foldedPast(prefixes.short)), nested(foldedPast(prefixes.long))];
  batch.forEach((layer, l) =>
    layer.forEach((slot, s) => {
      expect(slot[0]).toEqual(long[l]![s as 0]![0]);
      expect(slot[3]).toEqual(long[l]![s as 0]![0]);
      expect(slot[2]!.map((head) => head.slice(2))).toEqual(short[l]![s as 0]![0]);
    }),
  );
  expect(() => batchPrefixes(['longest'], prefixes)).toThrow(/expected names of short, long, got longest/);
});

test('the network is fitted to given activations', async () => {
  const target = await make(2);
  const spec: PrefixSpec = { ...shape, kind: 'reparametrised', length: 2, width: 6, networkWidth: 16 };
  const error = async (steps: number) => {
    const parameters = await fitPrefix(spec, target, { rng: createRng(1), steps, learningRate: 0.03 });
    const { rows } = await foldPrefix(parameters, spec);
    return rows.data.reduce((sum, value, i) => sum + (value - target.rows.data[i]!) ** 2, 0) / rows.data.length;
  };
  const [before, after] = [await error(0), await error(200)];
  expect(before).toBeGreaterThan(0.5);
  expect(after).toBeLessThan(1e-3);
  const direct = await fitPrefix({ ...shape, kind: 'direct', length: 2 }, target, { rng: createRng(1) });
  expect(direct['embedding.weight']).toEqual(target.rows);
  await expect(fitPrefix({ ...spec, length: 3 }, target, { rng: createRng(1) })).rejects.toThrow(/length 3, got 2/);
  await expect(fitPrefix(spec, target, { rng: createRng(1), step: 10 } as never)).rejects.toThrow('fitPrefix: expected fields of rng, steps, learningRate, initialisation, compile, got step.');
});

test('an encoder-decoder prefix has its own parameters at each site that is on', async () => {
  const at = (length: number): PrefixSpec => ({ ...shape, kind: 'reparametrised', length, width: 4, networkWidth: 5 });
  const specs = { encoder: at(2), cross: at(3) };
  const parameters = createSitePrefixes(specs, createRng(1));
  expect(Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0)).toBe(sitePrefixSize(specs).trained);
  expect(sitePrefixSize(specs).kept).toBe(prefixSize(at(2)).kept + prefixSize(at(3)).kept);
  const expanded = expandSitePrefixes(toTensors(parameters), specs);
  expect(Object.keys(expanded)).toEqual(['encoder', 'cross']);
  const own = Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (name.startsWith('cross.') ? [[name.slice(6), value]] : [])));
  expect(nested(expanded.cross!)).toEqual(nested(expandPrefix(toTensors(own), at(3))));
  const folded = await foldSitePrefixes(parameters, specs);
  expect(nested(foldedPast(folded.encoder!))).toEqual(nested(expanded.encoder!));
  expect(() => createSitePrefixes({ ...specs, middle: at(1) } as object, createRng(1))).toThrow(/expected sites of encoder, decoder, cross, got middle/);
});
