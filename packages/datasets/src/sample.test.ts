import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, realData } from '../test/support/folders.js';
import { datasets, formatManifest, loadDataset, restoreSample, sampleLowData } from './index.js';

async function mini() {
  return loadDataset('e2e', { folder: await folderWith(datasets.e2e.mini!({ seed: 1, sizes: { train: 60, dev: 20, test: 5 } })) });
}

test('a subset has the asked sizes, no pair twice, and is the same again to the byte', async () => {
  const data = await mini();
  const sample = await sampleLowData(data, { size: 50, seed: 3 });
  expect([sample.train.length, sample.dev.length]).toEqual([50, 15]);
  expect(new Set(sample.train.map(({ id }) => id)).size).toBe(50);
  expect(sample.train.map(({ id }) => id)).toEqual(sample.manifest.train);
  const again = await sampleLowData(await mini(), { size: 50, seed: 3 });
  expect(formatManifest(again.manifest)).toBe(formatManifest(sample.manifest));
  expect(await restoreSample(data, JSON.parse(formatManifest(sample.manifest)))).toMatchObject({ train: sample.train, dev: sample.dev });
  expect((await sampleLowData(data, { size: 50, seed: 4 })).manifest.train).not.toEqual(sample.manifest.train);
});

test('too few pairs, and a manifest of other data, are errors', async () => {
  const data = await mini();
  await expect(sampleLowData(data, { size: 5000, seed: 0 })).rejects.toThrow(/expected at least 5000 pairs in e2e train, got \d+/);
  const { manifest } = await sampleLowData(data, { size: 5, seed: 0 });
  await expect(restoreSample(data, { ...manifest, train: ['train-999#0'] })).rejects.toThrow(/expected the pair train-999#0 in train/);
  await expect(restoreSample(data, { ...manifest, dataset: 'dart' })).rejects.toThrow(/expected a manifest of e2e, got one of dart/);
});

describe.skipIf(!realData)('the published files', () => {
  test('the ids of a subset are pinned', async () => {
    const { manifest } = await sampleLowData(await loadDataset('e2e', { folder: join(realData!, 'e2e') }), { size: 50, seed: 0 });
    expect(manifest.train.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "train-41#6",
        "train-2256#2",
        "train-3208#5",
      ]
    `);
  });
});
