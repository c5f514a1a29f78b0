import { ConfigError } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { datasets, loadDataset, memoryFolder, type DatasetDefinition, type DatasetName, type DatasetOptions } from './index.js';

const folder = memoryFolder({ 'devset.csv': 'mr,ref\nname[A],A\n', 'testdata_with_lex.xml': '', 'dart-v1.1.1-full-dev.json': '[]', 'test.jsonl': '' });
const load = (name: DatasetName, options: unknown) => loadDataset(datasets[name] as DatasetDefinition<unknown, DatasetOptions>, { folder, options: options as DatasetOptions });

test.each<[DatasetName, unknown, RegExp]>([
  ['e2e', { grouping: 'distint' }, /^e2e options.grouping: expected official, consecutive, distinct, got "distint"/],
  ['webnlg', { texts: 'god' }, /^webnlg options.texts: expected good, all, none, got "god"/],
  ['webnlg', { seenCategories: [1] }, /^webnlg options.seenCategories: expected a value like the default .*, got \[1\]/],
  ['dart', { partitions: ['e2e', 'E2E'] }, /^dart options.partitions: expected manual, automatic, webnlg, e2e, got "E2E"/],
  ['dart', { partitions: 'e2e' }, /^dart options.partitions: expected a value like the default .*, got "e2e"/],
  ['xsum', { topics: 'news-to-sport' }, /^xsum options.topics: expected all, news-to-sports, within-news, got "news-to-sport"/],
  ['e2e', null, /^e2e options: expected an object, got null/],
  ['e2e', { groups: 'official' }, /^e2e options: expected fields of grouping, got groups/],
])('%s refuses the options %j', async (name, options, message) => {
  await expect(load(name, options)).rejects.toThrow(message);
  await expect(load(name, options)).rejects.toThrow(ConfigError);
});

test('an option that is undefined has its default', async () => {
  expect((await load('e2e', { grouping: undefined })).options).toEqual({ grouping: 'official' });
});
