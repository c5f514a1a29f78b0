import { PrefixTuningError } from '@prefix-tuning/base';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { datasets, loadDataset, memoryFolder, type DatasetDefinition, type DatasetName, type DatasetOptions } from '../src/index.js';
import { folderWith } from './support/folders.js';

/** One record of thousands is spoilt: the error must name its very line, and where records have no lines its very record. */

const RECORDS = 2500;
/** Of the files here, the first is in the first chunk that is read and the others are in later ones. */
const spots = [1, 1777, RECORDS];
/** Stands for a byte that is never part of UTF-8. */
const NO_UTF8 = '\u0001';
const words = 'a river, a hill and an old mill whose wheel still turns, all of them well known '.repeat(2).trim();

interface Format {
  readonly dataset: DatasetName;
  readonly file: string;
  readonly record: (n: number) => string;
  readonly before: string;
  readonly after: string;
  readonly separator: string;
  readonly others?: Readonly<Record<string, string>>;
}

/** What to do to a record's text, the field that is named, and the line within the record's text. */
type Spoil = readonly [what: string, spoil: (record: string) => string, field?: string | undefined, line?: number];

async function placeOf({ dataset, file }: Format, files: Readonly<Record<string, string | Uint8Array>>) {
  const definition: DatasetDefinition<unknown, DatasetOptions> = datasets[dataset];
  const { train } = await loadDataset(definition, { folder: await folderWith(files) });
  const error = await train.toArray().then(
    () => new Error('no error'),
    (reason: Error) => reason,
  );
  if (!(error instanceof PrefixTuningError)) throw error;
  expect(error.message).toContain(`${file}, `);
  return { details: error.details, message: error.message };
}

function textOf({ record, before, after, separator }: Format, spot: number, spoil: (text: string) => string): Buffer {
  const records = Array.from({ length: RECORDS }, (_, i) => (i + 1 === spot ? spoil(record(spot)) : record(i + 1)));
  const bytes = Buffer.from(before + records.join(separator) + after);
  for (let at = bytes.indexOf(NO_UTF8); at >= 0; at = bytes.indexOf(NO_UTF8)) bytes[at] = 0xff;
  return bytes;
}

const linesIn = (text: string) => text.split('\n').length - 1;

function testLines(format: Format, spoils: readonly Spoil[]): void {
  const { file, record, before, separator } = format;
  const cases = spoils.map(([what, spoil, field, line = 1]) => ({ what, spoil, field, line }));
  test.each(cases)('$what', async ({ spoil, field, line }) => {
    for (const spot of spots) {
      const { details, message } = await placeOf(format, { ...format.others, [file]: textOf(format, spot, spoil) });
      const wanted = linesIn(before) + (spot - 1) * (linesIn(record(1)) + linesIn(separator)) + line;
      expect(details, message).toMatchObject({ line: wanted, ...(field !== undefined && { field }) });
      expect(message).toContain(`, line ${wanted}`);
    }
  });
}

const replace = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};
const noUtf8: Spoil = ['bytes that are not UTF-8', replace('river', `r${NO_UTF8}ver`)];

describe('E2E CSV', () => {
  const csv: Format = {
    dataset: 'e2e', file: 'trainset.csv', before: 'mr,ref\r\n', after: '\r\n', separator: '\r\n',
    record: (n) => `"name[Café ${n}], area[riverside]","Café ${n} is near ${words}."`,
  };
  testLines(csv, [
    noUtf8,
    ['a quote within a cell', replace(' is near', ' "is" near')],
    ['a quote in a cell without quotes', replace('"name', 'name')],
    ['a cell less', replace('riverside]","Café', 'riverside] Café')],
    ['a cell more', (text) => `${text},more`],
    ['an empty text', (text) => text.replace(/,"Café.*/, ',""'), 'ref'],
    ['a table that is none', replace('[Café', 'Café'), 'mr'],
  ]);
  test('a cell that is not closed shows at the next row, and the error says where it starts', async () => {
    const { message, details } = await placeOf(csv, { 'trainset.csv': textOf(csv, 1777, (text) => text.slice(0, -1)) });
    expect(details).toMatchObject({ line: 1779 });
    expect(message).toContain('in a cell that starts on line 1778');
  });
});

describe('E2E source||target', () => {
  testLines(
    { dataset: 'e2e', file: 'src1_train.txt', before: '', after: '\n', separator: '\n', record: (n) => `name : Café ${n} | area : riverside||Café ${n} is near ${words}.` },
    [noUtf8, ['no separator', replace('||', ' ')], ['an empty target', (text) => text.slice(0, text.indexOf('||') + 2), 'target'], ['a slot without a value', replace('area :', 'area'), 'source']],
  );
});

const dartRecord = (n: number) =>
  JSON.stringify({ tripleset: [[`Café ${n}`, 'NEAR', 'the river']], annotations: [{ source: 'WikiSQL_lily', text: `Café ${n} is near ${words}.` }] });
const dartJson: Format = { dataset: 'dart', file: 'dart-v1.1.1-full-train.json', before: '[\n', after: '\n]\n', separator: ',\n', record: dartRecord };

describe('DART JSON: the line where it ceases to be JSON', () => {
  testLines(dartJson, [
    noUtf8,
    ['a colon less', replace('"text":', '"text"')],
    ['a bare word', replace('"WikiSQL_lily"', 'WikiSQL_lily')],
    ['a quote less at the end of a text', replace('."}', '.}')],
    ['a quote too many', replace(' is near', ' "is near')],
    ['a bracket less', replace(']]', ']')],
    ['a comma too many', replace(']],', ']],,')],
    ['an escape that is none', replace('river', '\\qiver')],
    ['a number that is none', replace('"WikiSQL_lily"', '01')],
    ['a character that must be escaped', replace('river', '\triver')],
  ]);
});

test('a JSON text that reads like a message of the parser', async () => {
  const { details } = await placeOf(dartJson, { [dartJson.file]: '["position 99",\nx\n\n]' });
  expect(details).toMatchObject({ line: 2 });
});

describe('DART JSON: the record and field of a value', () => {
  test.each([
    ['a number for an object', () => '1', undefined],
    ['no tripleset', replace('tripleset', 'triples'), 'tripleset'],
    ['a text for a triple', replace('[["Café', '["x",["Café'), 'tripleset'],
    ['a triple of two', replace(',"the river"', ''), 'tripleset'],
    ['an object for a list', (text: string) => text.replace(/"annotations":.*/, '"annotations":{}}'), 'annotations'],
    ['no annotation', (text: string) => text.replace(/"annotations":.*/, '"annotations":[]}'), 'annotations'],
    ['a text for an annotation', (text: string) => text.replace(/"annotations":.*/, '"annotations":["x"]}'), 'annotations'],
    ['a number for a text', (text: string) => text.replace(/"text":.*/, '"text":1}]}'), 'text'],
    ['a source that is none', replace('WikiSQL_lily', 'Wiki'), 'source'],
  ] as const)('%s', async (_, spoil, field) => {
    for (const spot of spots) {
      const { details, message } = await placeOf(dartJson, { [dartJson.file]: textOf(dartJson, spot, spoil) });
      expect(String(details.record).replace('Id', ''), message).toBe(String(spot));
      expect(details.field).toBe(field);
    }
  });
});

describe('WebNLG JSON: the record and field of a value', () => {
  const json: Format = {
    dataset: 'webnlg', file: 'train.json', before: '{"entries": [\n', after: '\n]}\n', separator: ',\n',
    record: (n) =>
      JSON.stringify({ [n]: { category: 'Food', size: '1', xml_id: `Id${n}`, modifiedtripleset: [{ subject: 'A', property: 'near', object: 'river' }], lexicalisations: [{ comment: 'good', lex: words }] } }),
  };
  test.each([
    ['a list for an object', () => '[]', 'entries'],
    ['an entry without its number', (text: string) => text.replace(/"\d+"/, '"x"'), undefined],
    ['a text for a triple', (text: string) => text.replace(/\{"subject.*?\}/, '"x"'), 'modifiedtripleset'],
    ['a size that is not that of the set', replace('"size":"1"', '"size":"2"'), 'modifiedtripleset'],
    ['an empty text', replace(words, ''), 'lex'],
  ] as const)('%s', async (_, spoil, field) => {
    for (const spot of spots) {
      const { details, message } = await placeOf(json, { [json.file]: textOf(json, spot, spoil) });
      expect(details, message).toMatchObject({ record: spot, field: field ?? String(spot) });
    }
  });
});

describe('WebNLG XML', () => {
  const lines = (n: number) => [
    `<entry category="Food" eid="Id${n}" size="1">`,
    '<modifiedtripleset>',
    `<mtriple>Café_${n} | near | the river</mtriple>`,
    '</modifiedtripleset>',
    `<lex comment="good" lid="Id1">Café ${n} is near ${words}.</lex>`,
    '</entry>',
  ];
  const xml: Format = {
    dataset: 'webnlg', file: 'train/1triples/Food.xml', before: '<?xml version="1.0" encoding="UTF-8"?>\n<benchmark>\n<entries>\n', after: '\n</entries>\n</benchmark>\n', separator: '\n',
    record: (n) => lines(n).join('\n'),
  };
  testLines(xml, [
    ['bytes that are not UTF-8', replace('river', `r${NO_UTF8}ver`), undefined, 3],
    ['an attribute less', (text) => text.replace(/ eid="\w+"/, ''), 'eid'],
    ['a triple of two', replace(' | near', ''), 'mtriple', 3],
    ['a tag that is not known', replace('<mtriple>', '<x/><mtriple>'), 'x', 3],
    ['a text between tags', replace('</modifiedtripleset>', '</modifiedtripleset>\nstray\n'), undefined, 5],
    ['an entity that is none', replace(' is near', ' &bomb; is near'), undefined, 5],
    ['a tag closed by another', replace('</lex>', '</x>'), undefined, 5],
    ['a size that is not that of the set', replace('size="1"', 'size="2"'), 'modifiedtripleset', 6],
  ]);
  test('the entry is named, too', async () => {
    for (const spot of spots) {
      const { details } = await placeOf(xml, { [xml.file]: textOf(xml, spot, replace(' | near', '')) });
      expect(details).toMatchObject({ record: `Id${spot}` });
    }
  });
});

describe('XSUM', () => {
  const article = (n: number) => ({ id: String(10_000_000 + n), document: `Café ${n} is near ${words}.`, summary: `Café ${n} opens.` });
  const article1 = (n: number) => JSON.stringify(article(n));
  describe('JSON lines', () => {
    testLines({ dataset: 'xsum', file: 'train.jsonl', before: '', after: '\n', separator: '\n', record: article1 }, [
      noUtf8,
      ['a bracket less', (text) => text.slice(0, -1)],
      ['a list for an object', (text) => `[${text}]`],
      ['a number for a text', replace('"document":"', '"document":1,"x":"'), 'document'],
      ['an empty summary', (text) => text.replace(/"summary":".*"/, '"summary":" "'), 'summary'],
      ['no id', replace('"id"', '"ids"'), 'id'],
    ]);
  });
  describe('line files', () => {
    const others = { 'train.source': Array.from({ length: RECORDS }, () => `${words}\n`).join('') };
    testLines({ dataset: 'xsum', file: 'train.target', others, before: '', after: '\n', separator: '\n', record: (n) => `Café ${n} is near the river and ${words}.` }, [
      noUtf8,
      ['an empty summary', () => ' ', 'summary'],
    ]);
  });
  test('the record of a Parquet file', async () => {
    for (const spot of spots) {
      const rows = Array.from({ length: RECORDS }, (_, i) => ({ ...article(i + 1), ...(i + 1 === spot && { summary: '' }) }));
      const columns = (['document', 'summary', 'id'] as const).map((name) => ({ name, data: rows.map((row) => row[name]), type: 'STRING' as const }));
      const format = { dataset: 'xsum', file: 'train-0.parquet' } as Format;
      const { details } = await placeOf(format, { 'train-0.parquet': new Uint8Array(parquetWriteBuffer({ columnData: columns })) });
      expect(details).toMatchObject({ record: spot, field: 'summary' });
    }
  });
  test('the record of the split file', async () => {
    const file = 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json';
    for (const spot of spots) {
      const train = Array.from({ length: RECORDS }, (_, i) => (i + 1 === spot ? 7 : String(i)));
      const { details } = await placeOf({ dataset: 'xsum', file } as Format, { 'xsum.jsonl': `${article1(1)}\n`, [file]: JSON.stringify({ train, validation: [], test: [] }) });
      expect(details).toMatchObject({ record: spot, field: 'train' });
    }
  });
});

test('a character cut by the end of a chunk or a file is named with its line', async () => {
  // The chunks of a file on a disk are of 2^18 bytes.
  const line = `a : b||${'x'.repeat(56)}\n`;
  const text = Buffer.from(line.repeat(2 ** 13));
  const cut = (at: number) => {
    const bytes = Buffer.from(text);
    bytes[at] = 0xc3;
    return bytes;
  };
  const format = { dataset: 'e2e', file: 'src1_train.txt' } as Format;
  for (const at of [2 ** 18 - 1, 2 ** 18, text.length - 2]) {
    const { details, message } = await placeOf(format, { 'src1_train.txt': cut(at) });
    expect(message).toContain('UTF-8');
    expect(details).toMatchObject({ line: 1 + linesIn(text.subarray(0, at).toString()) });
  }
});

test('a folder in memory is read alike', async () => {
  const { train } = await loadDataset('e2e', { folder: memoryFolder({ 'src1_train.txt': 'name : A||A .\n\nname : B\n' }) });
  await expect(train.toArray()).rejects.toThrow('src1_train.txt, line 3: expected source||target');
});
