import { parquetWriteBuffer } from 'hyparquet-writer';
import { execFileSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, realData } from '../../test/support/folders.js';
import { loadDataset, topicOf, xsum, type Example } from '../index.js';

const rows = [
  { document: 'One.\nTwo.', summary: 'Sum.', id: '12345671' },
  { document: 'Ä £ “q”', summary: 'Other.', id: '12345672' },
];
const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const expected = [
  { id: '12345671', source: 'One. Two.', targets: ['Sum.'], labels: {} },
  { id: '12345672', source: 'Ä £ “q”', targets: ['Other.'], labels: {} },
];

async function read(files: Record<string, string | Uint8Array>, split: 'train' | 'dev' | 'test' = 'train', options = {}): Promise<Example[]> {
  const data = await loadDataset('xsum', { folder: await folderWith(files), options });
  return data[split].toArray();
}

function parquet(columns: Record<string, string[]>): Uint8Array {
  const buffer = parquetWriteBuffer({ columnData: Object.entries(columns).map(([name, data]) => ({ name, data, type: 'STRING' as const })) });
  return new Uint8Array(buffer);
}

const inColumns = { document: rows.map((row) => row.document), summary: rows.map((row) => row.summary), id: rows.map((row) => row.id) };

describe('forms', () => {
  test('the hub’s JSON lines, packed or not', async () => {
    expect(await read({ 'train.jsonl': jsonl })).toEqual(expected);
    expect(await read({ 'validation.jsonl.gz': gzipSync(jsonl) }, 'dev')).toEqual(expected);
  });

  test('the hub’s Parquet', async () => {
    expect(await read({ 'data/test-00000-of-00001.parquet': parquet(inColumns) }, 'test')).toEqual(expected);
  });

  test('Parquet with whole numbers as ids, as pandas writes them, is named', async () => {
    const columns = [{ name: 'document', data: ['One.'] }, { name: 'summary', data: ['Sum.'] }, { name: 'id', data: [12345671n], type: 'INT64' as const }];
    const file = new Uint8Array(parquetWriteBuffer({ columnData: columns }));
    await expect(read({ 'train-0.parquet': file })).rejects.toThrow(/train-0.parquet, record 1, field id: expected text, got 12345671/);
  });

  test.runIf(process.platform === 'linux')('line files left in the middle are both closed', async () => {
    const lines = 'line\n'.repeat(200_000);
    const folder = await folderWith({ 'train.source': lines, 'train.target': lines });
    const { train } = await loadDataset('xsum', { folder });
    for await (const _ of train) break;
    const openFiles = async () => (await readdir('/proc/self/fd')).length;
    const before = await openFiles();
    for (let i = 0; i < 10; i++) for await (const _ of train) break;
    expect(await openFiles()).toBeLessThan(before + 5);
  });

  test('line files, which have no ids', async () => {
    const files = { 'val.source': 'One. Two.\nÄ £ “q”\n', 'val.target': 'Sum.\nOther.\n' };
    expect(await read(files, 'dev')).toEqual(expected.map((example, n) => ({ ...example, id: `dev-${n}` })));
  });

  test('the publisher’s article files and one file of articles, divided by the split file', async () => {
    const data = (id: string, path: string) => `[XSUM]URL[XSUM]\nhttp://web.archive.org/web/2017/http://www.bbc.co.uk:80/${path}${id}\n\n[XSUM]INTRODUCTION[XSUM]\nSum ${id}.\n\n[XSUM]RESTBODY[XSUM]\nA.\nB.\n`;
    const split = { 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json': JSON.stringify({ train: ['12345671'], validation: [], test: ['12345672'] }) };
    const files = { ...split, 'x/12345671.data': data('12345671', 'news/uk-england-'), 'x/12345672.data': data('12345672', 'sport/football/'), 'x/99999999.data': 'not of any split' };
    expect(await read(files, 'test')).toEqual([{ id: '12345672', source: 'A. B.', targets: ['Sum 12345672.'], labels: { topic: 'sport', section: 'football' } }]);
    expect(await read({ ...split, 'xsum.jsonl': jsonl }, 'test')).toEqual([expected[1]]);
  });
});

describe('topics', () => {
  test.each([
    ['http://web.archive.org/web/20170113172056/http://www.bbc.com:80/news/education-11154244', 'news', 'education', '11154244'],
    ['http://www.bbc.co.uk/news/10138849', 'news', '', '10138849'],
    ['https://www.bbc.co.uk/sport/0/football/21267591', 'sport', 'football', '21267591'],
    ['www.bbc.co.uk/news/uk-wales-mid-wales-18194275', 'news', 'uk-wales-mid-wales', '18194275'],
  ])('%s', (url, topic, section, id) => expect(topicOf(url)).toEqual({ topic, section, id }));

  const ids = ['10000001', '10000002', '10000003', '10000004', '10000005'];
  const paths = ['news/world-europe-', 'news/uk-', 'news/health-', 'sport/football/', 'news/'];
  const lines = ids.map((id) => `${JSON.stringify({ document: 'D.', summary: 'S.', id })}\n`).join('');
  const urls = ids.map((id, n) => `http://www.bbc.co.uk/${paths[n]}${id}\n`).join('');
  const files = { 'train.jsonl': lines, 'test.jsonl': lines, 'XSum-WebArxiveUrls.txt': urls };

  test.each([
    ['news-to-sports', 'train', [0, 1, 2, 4]],
    ['news-to-sports', 'test', [3]],
    ['within-news', 'train', [0, 1]],
    ['within-news', 'test', [2]],
  ] as const)('%s, %s', async (topics, split, numbers) => {
    expect((await read(files, split, { topics })).map(({ id }) => id)).toEqual(numbers.map((n) => ids[n]));
  });

  test('where they are missing, the error says which file gives them', async () => {
    await expect(read({ 'train.jsonl': lines }, 'train', { topics: 'within-news' })).rejects.toThrow(/expected XSum-WebArxiveUrls.txt, which gives each article's topic/);
    await expect(read({ 'train.jsonl': lines, 'XSum-WebArxiveUrls.txt': '' }, 'train', { topics: 'within-news' })).rejects.toThrow(/train.jsonl, record 10000001, field topic: expected an address/);
    await expect(read({ 'train.source': 'D.\n', 'train.target': 'S.\n', 'XSum-WebArxiveUrls.txt': urls }, 'train', { topics: 'within-news' })).rejects.toThrow(/Line files have no ids/);
  });
});

describe('bad files', () => {
  test.each([
    [{ 'train.jsonl': '{"document": "D.", "summary": "S."\n' }, /train.jsonl, line 1: expected a JSON object/],
    [{ 'train.jsonl': '{"document": "D.", "summary": null, "id": "1"}\n' }, /train.jsonl, line 1, field summary: expected text, got null/],
    [{ 'train.jsonl': '[1]\n' }, /line 1: expected an object/],
    [{ 'train.source': 'a\nb\n', 'train.target': 'a\n' }, /train.target, line 1: expected as many lines as train.source/],
    [{ 'train.source': 'a\n', 'train.target': 'a\nb\n' }, /train.source, line 1: expected as many lines as train.target/],
    [{ 'train.source': 'a\n' }, /expected train.target with the summaries beside it/],
    [{ 'xsum.jsonl': jsonl }, /expected XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json/],
    [{ 'train-0.parquet': 'PAR1 no' }, /train-0.parquet, field metadata: expected a Parquet file/],
    [{ 'train-0.parquet': parquet({ document: ['a'] }) }, /train-0.parquet, field summary: expected the columns document, summary, id, got "document"/],
  ])('%# is refused', async (files, message) => {
    await expect(read(files as Record<string, string | Uint8Array>)).rejects.toThrow(message);
  });
});

describe.skipIf(!realData)('the published files', () => {
  const folder = join(realData ?? '', 'xsum');

  test('the split file and the articles with an original summary', async () => {
    const lines = gunzipSync(await readFile(join(folder, 'xsum-pairs.jsonl.gz'))).toString().trimEnd().split('\n');
    const clean = lines.filter((line) => JSON.parse(line).summary_form === 'original' && JSON.parse(line).id !== null);
    const names = { test: 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json.gz' };
    const examples = await read({ 'xsum.jsonl': clean.join('\n'), [names.test]: await readFile(join(folder, names.test)) }, 'test');
    expect(examples).toHaveLength(clean.length);
    expect(examples.filter(({ labels }) => labels.topic === 'sport').length).toBeGreaterThan(50);
  });

  test('the 321 extracted articles: 223 of news, 90 of sport', async () => {
    const into = await folderWith({ 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json.gz': await readFile(join(folder, 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json.gz')) });
    execFileSync('tar', ['xzf', join(folder, 'xsum-extracts.tar.gz'), '-C', into]);
    const examples = await (await loadDataset('xsum', { folder: into })).test.toArray();
    expect(examples).toHaveLength(321);
    const count = (topic: string) => examples.filter(({ labels }) => labels.topic === topic).length;
    expect([count('news'), count('sport'), count('newsround'), count('newsbeat')]).toEqual([223, 90, 5, 2]);
  });
});

test('mini files are read like the real ones, topics among them', async () => {
  const sizes = { train: 60, dev: 10, test: 40 };
  const files = xsum.mini!({ seed: 5, sizes });
  expect(xsum.mini!({ seed: 5, sizes })).toEqual(files);
  expect(await read(files)).toHaveLength(60);
  const sport = await read(files, 'test', { topics: 'news-to-sports' });
  const within = await read(files, 'test', { topics: 'within-news' });
  expect(sport.every(({ labels }) => labels.topic === 'sport')).toBe(true);
  expect(sport.length).toBeGreaterThan(5);
  expect(within.length).toBeGreaterThan(5);
});
