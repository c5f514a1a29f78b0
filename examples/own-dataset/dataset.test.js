import { datasetContract, loadDataset, sampleLowData } from '@prefix-tuning/datasets';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import phones from './dataset.js';

const folder = fileURLToPath(new URL('data', import.meta.url));

for (const { name, run } of datasetContract(phones, { folder })) test(name, run);

test('a row becomes a source and a text', async () => {
  const data = await loadDataset(phones, { folder });
  const [first] = await data.train.toArray();
  assert.match(first.source, /^name : \w+ \w+ \| colour : \w+ \| screen : [\d.]+ \| battery : \d+$/);
  assert.equal(first.targets.length, 1);
  assert.equal((await sampleLowData(data, { size: 10, seed: 0 })).dev.length, 3);
});
