import { ConfigError } from '@prefix-tuning/base';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, realData } from '../test/support/folders.js';
import { datasetsCommand } from './command.js';
import type { DatasetStatistics } from './index.js';

async function run(...args: string[]): Promise<string> {
  let printed = '';
  await datasetsCommand(args, (text) => (printed += text));
  return printed;
}

test('mini files are written, and their statistics are printed as a table and as JSON', async () => {
  const folder = await folderWith({});
  expect(await run('--dataset', 'webnlg', '--write-mini', folder, '--seed', '3')).toContain('test/testdata_with_lex.xml\n');
  const table = await run('--dataset', 'webnlg', '--data', folder);
  expect(table).toMatch(/WebNLG Challenge 2017\n\nwebnlg +train +dev +test\n/);
  expect(table).toMatch(/\nseen +train +dev +test\n-.*\nyes +600 +60 +40\nno +0 +0 +40/);
  const json = JSON.parse(await run('--dataset', 'webnlg', '--data', folder, '--json')) as DatasetStatistics;
  expect(json.splits.test).toMatchObject({ examples: 80, labels: { seen: { yes: 40, no: 40 } } });
  const all = JSON.parse(await run('--dataset', 'webnlg', '--data', folder, '--json', '--options', '{"texts":"all"}')) as DatasetStatistics;
  expect(all.splits.train!.pairs).toBeGreaterThan(json.splits.train!.pairs);
});

test('a module with a definition is a dataset too', async () => {
  const source = `export default { name: 'own', title: 'Own', citation: { paper: 'p', url: 'u', licence: 'l' }, metrics: ['bleu'], options: {},
    splits: { train: ['a.txt'], dev: ['b.txt'], test: ['c.txt'] }, linearise: (table) => table,
    read: async function* () { yield { id: '1', table: 'two words', targets: ['one two three'] }; } };`;
  const folder = await folderWith({ 'own.mjs': source, 'a.txt': '' });
  expect(await run('--dataset', join(folder, 'own.mjs'), '--data', folder)).toMatch(/words per text +3\.0/);
});

test('long inputs that differ only at their end count as different', async () => {
  const row = (end: string) => `"name[${'A'.repeat(300)}], area[${end}]",Some text.\n`;
  const folder = await folderWith({ 'trainset.csv': `mr,ref\n${row('north')}${row('south')}` });
  expect(await run('--dataset', 'e2e', '--data', folder)).toMatch(/different inputs +2\n/);
});

test.each([
  [['--data', 'x'], /--dataset: expected a dataset's name/],
  [['--dataset', 'nope', '--data', 'x'], /dataset: expected one of e2e, webnlg, dart, xsum, got "nope"/],
  [['--dataset', 'e2e'], /--data: expected a folder with the files of e2e/],
  [['--dataset', './none.mjs', '--data', 'x'], /expected a module with a dataset/],
  [['--dataset', 'e2e', '--data', 'x', '--options', '{'], /--options: expected JSON/],
  [['--dataset', 'e2e', '--write-mini', 'x', '--seed', 'one'], /--seed: expected a whole number, got one/],
])('%j is an error with its cure', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
  await expect(run(...args)).rejects.toThrow(ConfigError);
});

describe.skipIf(!realData)('the published files', () => {
  test('agree with the publishers’ figures', async () => {
    const { splits } = JSON.parse(await run('--dataset', 'e2e', '--data', join(realData!, 'e2e'), '--json')) as DatasetStatistics;
    expect(Object.values(splits).map(({ pairs, tables }) => [pairs, tables])).toEqual([[42061, 4862], [4672, 547], [4693, 630]]);
    expect(Object.keys(splits.train!.fields).sort()).toEqual(['area', 'customer rating', 'eatType', 'familyFriendly', 'food', 'name', 'near', 'priceRange']);
    expect(splits.test!.meanTargetWords).toBeCloseTo(24.06, 2);
  });
});
