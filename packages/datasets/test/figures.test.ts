import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { datasetStatistics, loadDataset, splitNames, type DatasetName, type SplitStatistics } from '../src/index.js';
import { realData } from './support/folders.js';

/** Examples, pairs, words per text, words and marks per text: the figures of the README. */
const figure = ({ examples, pairs, meanTargetWords, meanTargetTokens }: SplitStatistics) => [examples, pairs, Number(meanTargetWords.toFixed(1)), Number(meanTargetTokens.toFixed(1))];

describe.skipIf(!realData)('the figures of the README are those of the published files', () => {
  test.each<[DatasetName, number[][]]>([
    ['e2e', [[4862, 42061, 19.7, 22.4], [547, 4672, 22.1, 25], [630, 4693, 24.1, 27.3]]],
    ['webnlg', [[6935, 18025, 19.8, 23.5], [871, 2258, 20.3, 24], [1862, 4928, 19.6, 23.5]]],
    ['dart', [[2768, 6980, 21.1, 24.3], [5097, 12551, 20.9, 24.5]]],
  ])('%s', async (name, expected) => {
    const { splits } = await datasetStatistics(await loadDataset(name, { folder: join(realData!, name) }));
    expect(splitNames.flatMap((split) => (splits[split] ? [figure(splits[split])] : []))).toEqual(expected);
  });

  test('xsum: ids of the three splits, none in two of them', async () => {
    const file = await readFile(join(realData!, 'xsum/XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json.gz'));
    const ids = JSON.parse(gunzipSync(file).toString()) as Record<'train' | 'validation' | 'test', string[]>;
    expect([ids.train.length, ids.validation.length, ids.test.length]).toEqual([204_045, 11_332, 11_334]);
    expect(new Set([...ids.train, ...ids.validation, ...ids.test]).size).toBe(226_711);
  });
});
