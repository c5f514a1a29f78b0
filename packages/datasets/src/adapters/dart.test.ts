import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, realData } from '../../test/support/folders.js';
import { dart, layoutReferences, loadDataset, type Example } from '../index.js';

const row = (annotations: unknown, tripleset: unknown = [['A', 'BIRTH_PLACE', 'B'], ['A', 'YEAR', '1']]) => ({ tripleset, subtree_was_extended: false, annotations });
const annotation = (text: string, source = 'e2e') => ({ text, source });

async function train(rows: unknown, options = {}): Promise<Example[]> {
  const data = await loadDataset('dart', { folder: await folderWith({ 'dart-v1.1.1-full-train.json': typeof rows === 'string' ? rows : JSON.stringify(rows) }), options });
  return data.train.toArray();
}

test('a triple set becomes its lower-cased relations and all its texts', async () => {
  expect(await train([row([annotation('A is B.'), annotation('B is A.', 'WikiSQL_lily')])])).toEqual([
    { id: 'Id1', source: 'A : birth_place : B | A : year : 1', targets: ['A is B.', 'B is A.'], labels: { partition: 'e2e+manual' } },
  ]);
});

test('partitions are selectable', async () => {
  const rows = [row([annotation('x')]), row([annotation('y', 'webnlg'), annotation('z')])];
  expect((await train(rows, { partitions: ['webnlg'] })).map(({ id, targets }) => [id, targets])).toEqual([['Id2', ['y']]]);
});

test.each([
  ['[', /expected JSON/],
  [{}, /expected a list, got {}/],
  [[row([annotation('', 'e2e')])], /record Id1, field annotations: expected at least one text/],
  [[row([annotation('x', 'nowhere')])], /record Id1, field source: expected one of .*, got "nowhere"/],
  [[row([annotation('x')], [['a', 'b']])], /record 1, field tripleset: expected \[subject, relation, object\]/],
  [[row([annotation('x')], [])], /record 1, field tripleset: expected at least one triple/],
  [[row('x')], /record 1, field annotations: expected a list/],
])('%j is refused', async (rows, message) => {
  await expect(train(rows)).rejects.toThrow(message);
});

describe.skipIf(!realData)('the published files', () => {
  const folder = join(realData ?? '', 'dart');

  test('hold the published numbers, and the XML says the same as the JSON', async () => {
    const data = await loadDataset('dart', { folder });
    const [dev, all] = [await data.dev.toArray(), await data.test.toArray()];
    const texts = (examples: Example[]) => examples.reduce((sum, { targets }) => sum + targets.length, 0);
    expect([dev.length, texts(dev), all.length, texts(all)]).toEqual([2768, 6980, 5097, 12551]);
    const xml = await loadDataset('dart', { folder: await folderWith({ 'dart-v1.1.1-full-dev.xml.gz': await readFile(join(folder, 'dart-v1.1.1-full-dev.xml.gz')) }) });
    const trimmed = ({ source, targets, labels }: Example) => ({ source: source.replace(/\s+/g, ' '), targets, labels });
    expect((await xml.dev.toArray()).map(trimmed)).toEqual(dev.map(trimmed));
  });

  test('references are laid out line for line as in the official files', async () => {
    const examples = await (await loadDataset('dart', { folder })).test.toArray();
    for (const [k, ours] of layoutReferences(examples).entries()) {
      const theirs = (await readFile(join(folder, `dart_reference/all-delex-reference${k}.lex`), 'utf8')).split('\n').slice(0, -1);
      expect(ours).toEqual(theirs.map((line) => line.trim()));
    }
  });
});

test('mini files are read like the real ones, JSON and XML alike', async () => {
  const sizes = { train: 80, dev: 10, test: 25 };
  const files = dart.mini!({ seed: 5, sizes });
  expect(dart.mini!({ seed: 5, sizes })).toEqual(files);
  const data = await loadDataset('dart', { folder: await folderWith(files) });
  const xml = await loadDataset('dart', { folder: await folderWith({ 'dart-v1.1.1-full-test.xml': files['dart-v1.1.1-full-test.xml']! }) });
  expect(await xml.test.toArray()).toEqual(await data.test.toArray());
  const examples = await data.train.toArray();
  expect(new Set(examples.map(({ labels }) => labels.partition))).toEqual(new Set(['manual', 'automatic', 'webnlg', 'e2e']));
});
