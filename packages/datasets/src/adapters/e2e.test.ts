import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collect, e2e, loadDataset } from '../index.js';
import { readLines } from '../io/lines.js';
import { folderWith, realData } from '../../test/support/folders.js';

const train = 'mr,ref\r\n"name[A], area[riverside]",A is by the river.\r\nname[B],"B, ""the"" place."\r\n"name[A], area[riverside]",By the river is A.\r\n';
const test1 = '"mr","ref"\n"name[C]","C."\n"name[C]","Here is C."\n"name[D]","D."\n"name[C]","C again."\n';

describe('the challenge’s CSV files', () => {
  test('train groups a table wherever it stands, test groups consecutive lines as the official script does', async () => {
    const data = await loadDataset('e2e', { folder: await folderWith({ 'trainset.csv.gz': gzipSync(train), 'testset_w_refs.csv': test1 }) });
    expect(await data.train.toArray()).toEqual([
      { id: 'train-0', source: 'name : A | area : riverside', targets: ['A is by the river.', 'By the river is A.'], labels: {} },
      { id: 'train-1', source: 'name : B', targets: ['B, "the" place.'], labels: {} },
    ]);
    expect((await data.test.toArray()).map(({ targets }) => targets)).toEqual([['C.', 'Here is C.'], ['D.'], ['C again.']]);
    await expect(data.dev.toArray()).rejects.toThrow(/expected files of e2e \(dev: devset.csv/);
  });

  test('pairs are one target each', async () => {
    const data = await loadDataset('e2e', { folder: await folderWith({ 'trainset.csv': train }), options: { grouping: 'consecutive' } });
    expect(await collect(data.train.pairs())).toMatchObject([
      { id: 'train-0#0', target: 'A is by the river.' },
      { id: 'train-1#0', target: 'B, "the" place.' },
      { id: 'train-2#0', target: 'By the river is A.' },
    ]);
  });

  test('a CSV without a ref column is an error that names the file, the column and the cure', async () => {
    const data = await loadDataset('e2e', { folder: await folderWith({ 'testset.csv': 'MR\nname[A]\n' }) });
    await expect(data.test.toArray()).rejects.toThrow(
      'testset.csv, line 1, field mr: expected the columns mr, ref, got "MR". A file without references cannot be trained on or scored: for the test set use testset_w_refs.csv.',
    );
    const noRef = await loadDataset('e2e', { folder: await folderWith({ 'trainset.csv': 'mr,text\nname[A],A\n' }) });
    await expect(noRef.train.toArray()).rejects.toMatchObject({ code: 'DATASET_FORMAT', details: { file: 'trainset.csv', field: 'ref' } });
  });

  test.each([
    ['mr,ref\n"name[A","x"\n', /trainset.csv, line 2, field mr: expected slot\[value\]/],
    ['mr,ref\nname[A],\n', /trainset.csv, line 2, field ref: expected text, got an empty field/],
    ['mr,ref\nname[A],x,y\n', /trainset.csv, line 2: expected/],
    ['mr,ref\nname[A],"x\n', /trainset.csv, line 2: expected/],
    ['', /got an empty file/],
  ])('a bad row is named: %j', async (text, message) => {
    const data = await loadDataset('e2e', { folder: await folderWith({ 'trainset.csv': text }) });
    await expect(data.train.toArray()).rejects.toThrow(message);
  });

  test('bytes that are not UTF-8 are an error, not question marks', async () => {
    const latin1 = Buffer.from('mr,ref\nname[Café],Nice.\n', 'latin1');
    const data = await loadDataset('e2e', { folder: await folderWith({ 'trainset.csv': latin1 }) });
    await expect(data.train.toArray()).rejects.toThrow(/trainset.csv, line 2: expected UTF-8 text/);
  });
});

describe('the cleaned release', () => {
  const row = (mr: string, ref: string, fixed: string, original: string) => `${[mr, ref, fixed, original].map((cell) => `"${cell}"`).join(',')}\n`;

  test('groups rows by their corrected table, wherever they stand', async () => {
    const [plain, fixed] = ['name[E], food[Thai]', 'name[E], food[Thai], near[F]'];
    const rows = row(plain, 'E is Thai.', '0', plain) + row(fixed, 'E, near F, is Thai.', '1', plain) + row(plain, 'Thai food at E.', '0', plain);
    const folder = await folderWith({ 'test-fixed.csv': `mr,ref,fixed,orig_mr\n${rows}`, 'devel-fixed.no-ol.csv': `mr,ref,fixed,orig_mr\n${rows}` });
    const data = await loadDataset('e2e', { folder });
    const expected = [['E is Thai.', 'Thai food at E.'], ['E, near F, is Thai.']];
    expect((await data.test.toArray()).map(({ targets }) => targets)).toEqual(expected);
    expect((await data.dev.toArray()).map(({ targets }) => targets)).toEqual(expected);
  });

  // In a folder beside the others, for whoever has it.
  test.skipIf(!realData || !existsSync(join(realData, 'e2e-cleaned')))('has as many test tables as its authors’ systems have outputs', async () => {
    const data = await loadDataset('e2e', { folder: join(realData!, 'e2e-cleaned') });
    const counts = [data.dev, data.test].map(async (split) => [(await split.toArray()).length, (await collect(split.pairs())).length]);
    expect(await Promise.all(counts)).toEqual([[1484, 4299], [1847, 4693]]);
  });
});

test('the authors’ one-line files are read too', async () => {
  const line = 'name : A | Type : pub | price : £ 20 - 25||A is a pub . \n';
  const data = await loadDataset('e2e', { folder: await folderWith({ 'src1_train.txt': line }) });
  expect(await data.train.toArray()).toEqual([{ id: 'train-0', source: line.split('||')[0], targets: ['A is a pub .'], labels: {} }]);
});

test('each rule of the linearisation can be replaced', async () => {
  const folder = await folderWith({ 'trainset.csv': train });
  const data = await loadDataset('e2e', { folder, linearise: (slots) => slots.map(({ value }) => value).join('; ') });
  expect((await data.train.toArray())[0]!.source).toBe('A; riverside');
});

describe.skipIf(!realData)('the published files', () => {
  const folder = join(realData ?? '', 'e2e');

  test('hold the published number of tables and texts', async () => {
    const data = await loadDataset('e2e', { folder });
    const counts = await Promise.all([data.train, data.dev, data.test].map(async (split) => (await split.toArray()).map(({ targets }) => targets.length)));
    expect(counts.map((tables) => [tables.length, tables.reduce((a, b) => a + b)])).toEqual([[4862, 42061], [547, 4672], [630, 4693]]);
  });

  test.each([['dev', 'src1_valid.txt'], ['test', 'src1_test.txt']] as const)('linearise %s to the authors’ own lines', async (split, name) => {
    const data = await loadDataset('e2e', { folder, options: { grouping: 'consecutive' } });
    const file = data.folder.match(name)[0]!;
    const theirs = (await collect(readLines(file))).map(({ text }) => text.split('||')[0]);
    expect((await collect(data[split].pairs())).map(({ source }) => source)).toEqual(theirs);
  });
});

test('mini files are read like the real ones', async () => {
  const sizes = { train: 40, dev: 10, test: 12 };
  const files = e2e.mini!({ seed: 7, sizes });
  expect(e2e.mini!({ seed: 7, sizes })).toEqual(files);
  const data = await loadDataset('e2e', { folder: await folderWith(files) });
  const splits = await Promise.all([data.train, data.dev, data.test].map((split) => split.toArray()));
  expect(splits.map(({ length }) => length)).toEqual([40, 10, 12]);
  const sources = splits.flat().map(({ source }) => source);
  expect(new Set(sources).size).toBe(sources.length);
  for (const { targets, source } of splits.flat()) {
    expect(new Set(targets).size).toBe(targets.length);
    expect(targets.length).toBeGreaterThanOrEqual(3);
    const name = /name : ([^|]+?)(?: \||$)/.exec(source)![1]!;
    for (const target of targets) expect(target).toContain(name);
  }
});
