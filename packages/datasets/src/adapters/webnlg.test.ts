import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, realData } from '../../test/support/folders.js';
import { layoutReferences, loadDataset, webnlg, webnlgSeenCategories, type Example } from '../index.js';

const xml = (entries: string) => `<?xml version="1.0"?>\n<benchmark>\n<entries>\n${entries}\n</entries>\n</benchmark>\n`;
const entry = (inner: string, attributes = 'category="Food" eid="Id1" size="1"') => `<entry ${attributes}>\n${inner}\n</entry>`;
const triples = '<originaltripleset><otriple>A_b | made_of | C</otriple></originaltripleset>\n<modifiedtripleset><mtriple>A_b | ingredient | C</mtriple></modifiedtripleset>';

async function testSplit(content: string, options = {}): Promise<Example[]> {
  const data = await loadDataset('webnlg', { folder: await folderWith({ 'testdata_with_lex.xml': content }), options });
  return data.test.toArray();
}

describe('XML', () => {
  const good = xml(entry(`${triples}\n<lex comment="good" lid="Id1">A&amp;b has C.</lex><lex comment="toFix" lid="Id2">A b C</lex>`));

  test('an entry becomes its modified triples and its good texts', async () => {
    expect(await testSplit(good)).toEqual([
      { id: 'Food-1-Id1', source: ' | A_b : ingredient : C', targets: ['A&b has C.'], labels: { category: 'Food', size: '1', seen: 'yes' } },
    ]);
  });

  test('the original triples and all texts, where asked', async () => {
    const [example] = await testSplit(good, { triples: 'original', texts: 'all', seenCategories: [] });
    expect(example).toMatchObject({ source: ' | A_b : made_of : C', targets: ['A&b has C.', 'A b C'], labels: { seen: 'no' } });
  });

  test('an entry with no good text is left out, one with no text at all is an error unless none is asked for', async () => {
    expect(await testSplit(xml(entry(`${triples}<lex comment="toFix" lid="Id1">x</lex>`)))).toEqual([]);
    await expect(testSplit(xml(entry(triples)))).rejects.toThrow(/line 7, record Id1, field lex: expected at least one text/);
    expect(await testSplit(xml(entry(triples)), { texts: 'none' })).toMatchObject([{ targets: [] }]);
  });

  test.each([
    ['<!DOCTYPE b [<!ENTITY a "aaaa">]><benchmark>&a;</benchmark>', /line 1: expected no document type/],
    ['<!DOCTYPE b SYSTEM "file:///etc/passwd"><benchmark/>', /expected no document type/],
    [xml(entry('<modifiedtripleset><mtriple>&bomb; | a | b</mtriple></modifiedtripleset>')), /line 5.*: expected well-formed XML, got: undefined entity/],
    [xml(entry('<modifiedtripleset><mtriple>a | b</mtriple></modifiedtripleset>')), /record Id1, field mtriple: expected subject \| property \| object, got "a \| b"/],
    [xml(entry(triples, 'category="Food" eid="Id1" size="2"')), /field modifiedtripleset: expected as many triples as the entry's size says \(2\), got 1/],
    [xml(entry(triples, 'category="Food" size="1"')), /field eid: expected an attribute eid/],
    [xml(entry(`${triples}<lox>x</lox>`)), /expected triples and <lex> in an entry, got <lox>/],
    [xml(entry(`${triples}stray`)), /expected tags, got the text "stray"/],
    [xml(entry(`${triples}<lex comment="good"><b>x</b></lex>`)), /expected text only, got the tag <b>/],
    ['<html><body/></html>', /expected <benchmark>, <entries> or <entry>, got <html>/],
    ['', /expected/],
    [xml(entry(triples)).slice(0, 150), /expected well-formed XML, got: unclosed tag: \w+\. Mend the file/],
  ])('%# is refused, with file and line', async (content, message) => {
    await expect(testSplit(content)).rejects.toThrow(message);
    await expect(testSplit(content)).rejects.toMatchObject({ code: 'DATASET_FORMAT' });
  });
});

describe('the later releases', () => {
  const original = (...triples: string[]) => `<originaltripleset>${triples.map((triple) => `<otriple>${triple}</otriple>`).join('')}</originaltripleset>`;
  const sets = `${original('A_b | maker | C')}${original('A_b | makers | C')}<modifiedtripleset><mtriple>A_b | maker | C</mtriple></modifiedtripleset>`;

  test('entries have a shape, several original sets and links; texts of the test file have no comment', async () => {
    const attributes = 'category="Company" eid="Id7" shape="(X (X))" shape_type="NA" size="1"';
    const links = '<dbpedialinks><dbpedialink direction="en2ru">A_b | sameAs | А_б</dbpedialink></dbpedialinks><links><link>C | includes | Ц</link></links>';
    const train = xml(entry(`${sets}<lex comment="good" lid="Id1">C makes A b.</lex><lex comment="toFix" lid="Id2">x</lex>${links}`, attributes));
    const test = xml(entry(`${sets}<lex lang="" lid="Id1">A b is by C.</lex><lex lang="" lid="Id2">C makes it.</lex>`, attributes));
    const folder = await folderWith({ 'train/1triples/Company_allSolutions.xml': train, 'test/rdf-to-text-generation-test-data-with-refs-en.xml': test });
    const data = await loadDataset('webnlg', { folder });
    expect(await data.train.toArray()).toEqual([
      { id: 'Company-1-Id7', source: ' | A_b : maker : C', targets: ['C makes A b.'], labels: { category: 'Company', size: '1', seen: 'no' } },
    ]);
    expect((await data.test.toArray()).map(({ targets }) => targets)).toEqual([['A b is by C.', 'C makes it.']]);
  });

  // In folders beside the others, for whoever has them: the counts of the releases' own documentation.
  const release = (name: string) => test.skipIf(!realData || !existsSync(join(realData, name)));
  const counts = async (name: string, split: 'train' | 'dev' | 'test') => {
    const examples = await (await loadDataset('webnlg', { folder: join(realData!, name), options: { texts: 'all' } }))[split].toArray();
    return [examples.length, examples.reduce((sum, { targets }) => sum + targets.length, 0)];
  };

  release('webnlg-2.1')('2.1 has 16,095 entries and 42,873 texts', async () => {
    expect(await Promise.all((['train', 'dev', 'test'] as const).map((split) => counts('webnlg-2.1', split)))).toEqual([[12876, 34338], [1619, 4313], [1600, 4222]]);
  });

  release('webnlg-3.0')('3.0 has 1,779 test entries and 5,150 texts', async () => {
    expect(await counts('webnlg-3.0', 'test')).toEqual([1779, 5150]);
  });
});

describe.skipIf(!realData)('the published files', () => {
  const folder = join(realData ?? '', 'webnlg');

  test('hold the published number of entries and texts, ten categories in train, five more in test', async () => {
    const data = await loadDataset('webnlg', { folder, options: { texts: 'all' } });
    const [train, dev, all] = [await data.train.toArray(), await data.dev.toArray(), await data.test.toArray()];
    const size = (examples: Example[]) => [examples.length, examples.reduce((sum, { targets }) => sum + targets.length, 0)];
    expect([train, dev, all].map(size)).toEqual([[6940, 18102], [872, 2268], [1862, 4928]]);
    expect([...new Set(train.map(({ labels }) => labels.category))].sort()).toEqual([...webnlgSeenCategories]);
    const part = (slice: 'seen' | 'unseen') => all.filter(({ labels }) => webnlg.slices![slice]!(labels));
    expect([part('seen'), part('unseen')].map(size)).toEqual([[971, 2495], [891, 2433]]);
    expect([...new Set(part('unseen').map(({ labels }) => labels.category))].sort()).toEqual(['Artist', 'Athlete', 'CelestialBody', 'MeanOfTransportation', 'Politician']);
    for (const split of [train, dev, all]) expect(new Set(split.map(({ id }) => id)).size).toBe(split.length);
  });

  test('the JSON form of dev says the same as the XML', async () => {
    const asXml = await (await loadDataset('webnlg', { folder })).dev.toArray();
    const json = await loadDataset('webnlg', { folder: await folderWith({ 'dev.json.gz': await readFile(join(folder, 'dev.json.gz')) }) });
    const byId = (examples: Example[]) => new Map(examples.map((example) => [example.id, example]));
    expect(byId(await json.dev.toArray())).toEqual(byId(asXml));
  });

  test.each([['all', 1862], ['old', 971], ['new', 891]])('references are grouped as in the official gold-%s files', async (name, count) => {
    const examples = await (await loadDataset('webnlg', { folder })).test.toArray();
    const seen = { all: 'yes or no', old: 'yes', new: 'no' }[name]!;
    const lines = layoutReferences(examples.filter(({ labels }) => seen.includes(labels.seen!)));
    for (const [k, ours] of lines.entries()) {
      const theirs = (await readFile(join(folder, `references/gold-${name}-cat-reference${k}.lex`), 'utf8')).split('\n').slice(0, -1);
      expect(ours).toHaveLength(count);
      expect(ours.map(withoutAccents)).toEqual(theirs.map(withoutAccents));
    }
  });
});

/** The official scripts turn letters and dashes into ASCII first, with a table of their own. */
function withoutAccents(line: string): string {
  const plain = line.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.replace(/[ıøđł’‘“”–—−ßæœ²]/gu, (letter) => ({ ı: 'i', ø: 'o', đ: 'd', ł: 'l', '–': '-', '—': '--', '−': '-', '’': "'", '‘': "'", '“': '"', '”': '"', ß: 'ss', æ: 'ae', œ: 'oe' })[letter] ?? letter).replace(/\s+/g, '');
}

test('mini files are read like the real ones, their unseen categories only in test', async () => {
  const sizes = { train: 60, dev: 20, test: 30 };
  const files = webnlg.mini!({ seed: 5, sizes });
  expect(webnlg.mini!({ seed: 5, sizes })).toEqual(files);
  const data = await loadDataset('webnlg', { folder: await folderWith(files) });
  const [train, dev, all] = [await data.train.toArray(), await data.dev.toArray(), await data.test.toArray()];
  expect([train.length, dev.length, all.length]).toEqual([60, 20, 30]);
  expect([...train, ...dev].every(({ labels }) => labels.seen === 'yes')).toBe(true);
  expect(all.filter(({ labels }) => labels.seen === 'no')).toHaveLength(15);
  const sources = [...train, ...dev, ...all].map(({ source }) => source.split(' | ').sort().join());
  expect(new Set(sources).size).toBe(sources.length);
});
