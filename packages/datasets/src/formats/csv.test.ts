import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../../test/support/folders.js';
import { collect } from '../load.js';
import { readCsv } from './csv.js';

async function rowsOf(text: string): Promise<{ line: number; cells: Record<string, string> }[]> {
  const folder = await folderWith({ 'a.csv': text });
  const rows = await collect(readCsv({ path: join(folder, 'a.csv'), name: 'a.csv' }, { columns: ['a'] }));
  return rows.map(({ cells, line }) => ({ line, cells: { ...cells } }));
}

test('quotes, commas, line ends and empty lines', async () => {
  expect(await rowsOf('a,b\r\n"x, ""y""\nz",1\n\n2,\r\n"",3')).toEqual([
    { line: 2, cells: { a: 'x, "y"\nz', b: '1' } },
    { line: 5, cells: { a: '2', b: '' } },
    { line: 6, cells: { a: '', b: '3' } },
  ]);
});

test('other separators, found in the header if asked for, and columns without a name', async () => {
  const rows = async (text: string, separator: ';' | 'header') => {
    const content = new TextEncoder().encode(text);
    return (await collect(readCsv({ path: 'a.csv', name: 'a.csv', content }, { columns: ['a'], separator }))).map(({ cells }) => ({ ...cells }));
  };
  expect(await rows('a;b,c\n"1;""";2,0\n', ';')).toEqual([{ a: '1;"', 'b,c': '2,0' }]);
  expect(await rows('\n"x;y;z",a,,\n1,2;,,\n', 'header')).toEqual([{ 'x;y;z': '1', a: '2;' }]);
  expect(await rows('a\tb\n1,;\t"2"\n', 'header')).toEqual([{ a: '1,;', b: '2' }]);
  expect(await rows('a\n1;2\n', 'header')).toEqual([{ a: '1;2' }]);
});

test('any rows that are written are read back, as csv-parse reads them', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ') });
  const quote = (text: string, always: boolean) => (always || /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, fc.boolean(), fc.constantFrom('\n', '\r\n'))), async (rows) => {
      const text = 'a,b\n' + rows.map(([a, b, always, end]) => `${quote(a, always)},${quote(b, always)}${end}`).join('');
      const ours = (await rowsOf(text)).map(({ cells }) => cells);
      expect(ours).toEqual(rows.map(([a, b]) => ({ a, b })));
      expect(ours).toEqual(parse(text, { columns: true, record_delimiter: ['\r\n', '\n'] }));
    }),
    { numRuns: 200 },
  );
});

test('a field of many megabytes and a quote that never closes take linear time', async () => {
  const long = 'x'.repeat(20_000_000);
  expect((await rowsOf(`a,b\n"${long}",1\n`))[0]!.cells.a).toHaveLength(20_000_000);
  await expect(rowsOf(`a,b\n"${long}\n1,2\n`)).rejects.toThrow('a.csv, line 2: expected a closing quote, got the end of the file');
}, 10_000);

test.each([
  ['a,b\n1\n', 'a.csv, line 2: expected 2 cells (a, b), got 1'],
  ['a,b\n1,x"y"\n', 'a.csv, line 2: expected a cell without quotes'],
  ['a,b\n1,"x\ny"z\n', 'a.csv, line 3: expected a comma or the line'],
  ['b\n1\n', 'a.csv, line 1, field a: expected the columns a, got "b"'],
  ['a,a\n1,2\n', 'a.csv, line 1, field a: expected each column once'],
])('%j is an error with its line', async (text, message) => {
  await expect(rowsOf(text)).rejects.toThrow(message);
});
