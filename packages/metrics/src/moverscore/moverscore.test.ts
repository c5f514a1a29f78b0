import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { goldenFolder, remembering, segments, tinyEmbedder } from '../../test/goldens/neural/fixture.js';
import type { Embedder } from '../embedding/embedder.js';
import { MetricInputError } from '../metric.js';
import { moverScore, type MoverScoreOptions } from './moverscore.js';

type Golden = readonly (readonly number[])[];
const goldens = JSON.parse(readFileSync(`${goldenFolder}moverscore/goldens.json`, 'utf8')) as Record<string, Golden> & { 'stop-words': string[] };
const stopWords = goldens['stop-words'];

let plain: Embedder;
let embedder: Embedder;
beforeAll(async () => {
  plain = await tinyEmbedder([1, 2, 3, 4, 5]);
  embedder = await remembering(plain);
});

const score = (settings: Partial<MoverScoreOptions>) =>
  moverScore({ hypotheses: segments.map((s) => s.hypothesis), references: segments.map((s) => s.references), embedder, ...settings });

const cases: [string, Partial<MoverScoreOptions>][] = [
  ['v1', { version: 1 }],
  ['v1-plain', { version: 1, idf: false }],
  ['v1-bigrams', { version: 1, ngram: 2 }],
  ['v1-subwords', { version: 1, removeSubwords: false, stopWords }],
  ['v2', {}],
  ['v2-plain', { idf: false }],
  ['v2-stop-words', { stopWords }],
];

test.each(cases)('equals the reference implementation on every pair to 3 decimals: %s', async (name, settings) => {
  const { parts } = await score(settings);
  const gaps = goldens[name]!.flatMap((row, i) => row.map((expected, j) => Math.abs(parts.perReference[i]![j]! - expected)));
  expect(gaps.length).toBeGreaterThan(400);
  expect(Math.max(...gaps)).toBeLessThan(5e-4);
  expect(gaps.reduce((a, b) => a + b, 0) / gaps.length).toBeLessThan(5e-5);
});

test('takes the mean of several references, the best, or the first', async () => {
  const few = { hypotheses: ['a word', 'the'], references: [['word', 'a word', 'the'], ['a']], idf: false };
  const { perReference } = (await score({ ...few, embedder: plain })).parts;
  const of = async (severalReferences: 'mean' | 'max' | 'first') => (await score({ ...few, embedder: plain, severalReferences })).segments;
  const [mean, max, first] = [await of('mean'), await of('max'), await of('first')];
  perReference.forEach((row, i) => {
    expect(max[i]).toBe(Math.max(...row));
    expect(first[i]).toBe(row[0]);
    expect(mean[i]).toBeCloseTo(row.reduce((a, b) => a + b, 0) / row.length, 12);
  });
  expect(new Set([mean[0], max[0], first[0]]).size).toBe(3);
});

test('refuses settings that do not exist, or not in version 2', async () => {
  await expect(score({ version: 2, ngram: 2 })).rejects.toThrow(MetricInputError);
  await expect(score({ version: 2, removeSubwords: false })).rejects.toThrow('Use version 1');
  await expect(score({ version: 1, ngram: 0 })).rejects.toThrow('expected a positive whole number as ngram, got 0');
  await expect(score({ version: 3 as 2 })).rejects.toThrow('expected one of 1, 2 as version, got 3');
  await expect(score({ severalReferences: 'best' as 'max' })).rejects.toThrow('expected one of mean, max, first as severalReferences, got best');
  await expect(score({ batchSize: 0 })).rejects.toThrow('expected a positive whole number as batchSize, got 0');
  await expect(score({ stopwords: [] } as object)).rejects.toThrow('got stopwords. Correct the name');
});

test('signs every setting', async () => {
  const { signature, metric } = await score({ hypotheses: ['a', 'b'], references: [['a'], ['b', 'c']], embedder: plain, version: 1, ngram: 2 });
  expect(metric).toBe('MoverScore-v1');
  expect(signature).toBe('nrefs:var|model:tiny-bert|layers:1,2,3,4,5|idf:yes|stop:0|ngram:2|subwords:no|refs:mean|like:moverscore|version:0.1.0');
});
