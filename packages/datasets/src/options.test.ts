import { ConfigError } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { datasetContract, datasets, defineDataset, fetchDataset, loadDataset, memoryFolder, readCsv, sampleLowData, writeMiniData, type DatasetDefinition, type DatasetName, type DatasetOptions } from './index.js';

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

test('options of functions that do not exist are refused by name', async () => {
  const any = (value: object) => value as never;
  const e2e = await loadDataset('e2e', { folder });
  const [file] = folder.match('devset.csv');
  await expect(loadDataset('e2e', any({ folder, linearize: String }))).rejects.toThrow('loadDataset: expected fields of folder, options, linearise, cache, got linearize.');
  await expect(sampleLowData(e2e, any({ size: 1, seed: 1, dev: 1 }))).rejects.toThrow('sampleLowData: expected fields of size, seed, devShare, got dev.');
  await expect(fetchDataset(datasets.e2e, any({ folder: 'x' }))).rejects.toThrow('fetchDataset: expected fields of cache, onProgress, onLicence, fetch, got folder.');
  await expect(writeMiniData('e2e', any({ folder: 'x', seed: 1, size: {} }))).rejects.toThrow('writeMiniData: expected fields of folder, seed, sizes, got size.');
  await expect(readCsv(file!, any({ columns: [], column: [] })).next()).rejects.toThrow('readCsv: expected fields of columns, cure, separator, got column.');
  expect(() => datasetContract(datasets.e2e, any({ folder: 'x', option: {} }))).toThrow('datasetContract: expected fields of folder, options, got option.');
});

test('a definition with a field, or choices, that do not exist, or without one that must be there, is refused by name', () => {
  const { read, ...unread } = datasets.e2e;
  const define = (more: object, from: object = datasets.e2e) => () => defineDataset({ ...from, ...more } as never);
  expect(define({})).not.toThrow();
  expect(define({ revison: 1 })).toThrow(/^defineDataset e2e: expected fields of name, title, .*, got revison\. Correct the name/);
  expect(define({ choices: { groups: ['official'] } })).toThrow('defineDataset e2e choices: expected fields of grouping, got groups.');
  expect(define({}, unread)).toThrow('defineDataset e2e: expected the field read, got none. Add it.');
  expect(define({ splits: undefined })).toThrow('defineDataset e2e: expected file names for the split train, got none.');
  expect(read).toBeTypeOf('function');
});

test('an option that is undefined has its default', async () => {
  expect((await load('e2e', { grouping: undefined })).options).toEqual({ grouping: 'official' });
});
