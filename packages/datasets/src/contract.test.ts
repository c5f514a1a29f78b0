import { rm } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderWith } from '../test/support/folders.js';
import { datasetContract, datasets, defineDataset, writeMiniData, type DatasetDefinition, type DatasetOptions } from './index.js';

describe.each(Object.values<DatasetDefinition<unknown, DatasetOptions>>(datasets))('$name', (definition) => {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  beforeAll(() => writeMiniData(definition, { folder, seed: 2, sizes: { train: 30, dev: 8, test: 10 } }));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  for (const { name, run } of datasetContract(definition, { folder })) test(name, run);
});

describe('a dataset that breaks the contract fails it', () => {
  type Breach = Partial<DatasetDefinition<string, Record<never, never>>>;
  const record = (id: string, table = 'x', target = 'y') => ({ id, table, targets: [target] });
  let reads = 0;

  async function failures(breach: Breach): Promise<string[]> {
    const definition = defineDataset<string, Record<never, never>>({
      name: 'broken',
      title: 'Broken',
      citation: { paper: 'p', url: 'u', licence: 'l' },
      metrics: ['bleu'],
      options: {},
      splits: { train: ['a.txt'], dev: ['b.txt'], test: ['c.txt'] },
      linearise: (table) => table,
      read: async function* () {
        yield record('1');
      },
      ...breach,
    });
    const failed: string[] = [];
    for (const { name, run } of datasetContract(definition, { folder: await folderWith({ 'a.txt': 'a' }) })) {
      await run().catch(() => failed.push(name.replace('broken ', '')));
    }
    return failed;
  }

  const yields = (...records: ReturnType<typeof record>[]): Breach => ({
    read: async function* () {
      yield* records;
    },
  });

  test.each<[string, Breach, string]>([
    ['nothing', yields(), 'yields examples'],
    ['an id twice', yields(record('1'), record('1')), 'yields examples'],
    ['a source with a line end', yields(record('1', 'a\nb')), 'yields examples'],
    ['a model’s token', yields(record('1', 'a', '<|endoftext|>')), 'yields examples'],
    ['an empty text', yields(record('1', 'a', ' ')), 'yields examples'],
    ['another example each time', { read: async function* () { yield record(String(reads++)); } }, 'yields the same'],
    ['no licence', { citation: { paper: 'p', url: 'u', licence: '' } }, 'says whose data'],
    ['an error that is not ours', { read: async function* (file) { if (file.path.includes('dataset-contract')) throw new TypeError('x'); yield record('1'); } }, 'answers damaged files'],
    ['a table that JSON loses', { read: async function* () { yield { id: '1', table: new Date(0) as unknown as string, targets: ['y'] }; }, linearise: (table) => typeof table }, 'comes out of the cache'],
  ])('%s', async (_, breach, name) => {
    expect((await failures(breach)).join('; ')).toContain(name);
  });

  test('and one that keeps it passes', async () => expect(await failures({})).toEqual([]));
});
