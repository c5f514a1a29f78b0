import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { goldenFolder, remembering, segments, tinyEmbedder } from '../../test/goldens/neural/fixture.js';
import type { Embedder } from '../embedding/embedder.js';
import { parseBaseline } from './baseline.js';
import { bertScore, type BertScoreOptions } from './bertscore.js';
import { bertScoreLayer, bertScoreModel } from './layers.js';

const read = (file: string) => readFileSync(goldenFolder + file, 'utf8');

interface Golden {
  readonly hash: string;
  readonly precision: readonly (number | null)[];
  readonly recall: readonly (number | null)[];
  readonly f1: readonly (number | null)[];
}

const goldens = JSON.parse(read('bertscore/goldens.json')) as Record<string, Golden> & { layer: number };
const baseline = parseBaseline(read('bertscore/baseline.csv'), goldens.layer);

let plain: Embedder;
let embedder: Embedder;
beforeAll(async () => {
  plain = await tinyEmbedder([goldens.layer]);
  embedder = await remembering(plain);
});

const score = (settings: Partial<BertScoreOptions>) =>
  bertScore({
    hypotheses: segments.map(({ hypothesis }) => hypothesis),
    references: segments.map(({ references }) => references),
    embedder,
    transformersVersion: '5.17.0',
    ...settings,
  });

const cases: [string, Partial<BertScoreOptions>][] = [
  ['plain', {}],
  ['alone', {}],
  ['idf', { idf: true }],
  ['rescaled', { baseline }],
  ['idf-rescaled', { idf: true, baseline }],
];

test.each(cases)('equals bert-score on every segment: %s', async (name, settings) => {
  const golden = goldens[name]!;
  const { parts, segments: f1 } = await score(settings);
  expect(parts.hash).toBe(golden.hash);
  expect(f1).toHaveLength(golden.f1.length);
  let worst = 0;
  for (const key of ['precision', 'recall', 'f1'] as const) {
    golden[key].forEach((expected, i) => {
      const got = parts.perSegment[i]![key];
      if (expected === null) expect(got).toBeNaN();
      else worst = Math.max(worst, Math.abs(got - expected));
    });
  }
  expect(worst).toBeLessThan(1e-5);
});

test('has the edges of bert-score: no weight makes NaN and F1 0, an empty text makes 0', async () => {
  const golden = goldens['one-document-idf']!;
  const { hypothesis, references } = segments[0]!;
  const one = await score({ hypotheses: [hypothesis], references: [references.slice(0, 1)], embedder: plain, idf: true });
  expect(golden.recall).toEqual([null]);
  expect(one.parts.recall).toBeNaN();
  expect(one.parts.precision).toBeCloseTo(golden.precision[0]!, 5);
  expect(one.score).toBe(0);
  const empty = await score({ hypotheses: [' '], references: [['a word']], embedder: plain });
  expect(empty.parts.perSegment).toEqual([{ precision: 0, recall: 0, f1: 0 }]);
});

test('a text is its own best match, and a further reference never lowers a score', async () => {
  const hypotheses = segments.slice(0, 60).map((s) => s.hypothesis);
  const same = await score({ hypotheses, references: hypotheses.map((text) => [text]), embedder });
  expect(Math.min(...same.segments)).toBeGreaterThan(1 - 1e-6);
  const references = segments.slice(0, 60).map((s) => s.references);
  const fewer = await score({ hypotheses, references: references.map((list) => list.slice(0, 1)), embedder });
  const more = await score({ hypotheses, references, embedder });
  more.segments.forEach((f1, i) => expect(f1).toBeGreaterThanOrEqual(fewer.segments[i]!));
});

test('the statistics of a subset give its score', async () => {
  const { statistics, segments: f1 } = await score({});
  const picked = [3, 5, 8];
  const sum = Float64Array.from(statistics.names, (_, k) => picked.reduce((total, i) => total + statistics.rows[i]![k]!, 0));
  expect(statistics.aggregate(sum, 3)).toBeCloseTo(picked.reduce((total, i) => total + f1[i]!, 0) / 3, 12);
});

test('signs every setting', async () => {
  const { signature } = await score({ hypotheses: ['a'], references: [['b', 'c']], embedder: plain, idf: true, baseline });
  expect(signature).toBe('nrefs:2|model:tiny-bert|layer:3|idf:yes|rescaled:custom|like:bert-score-0.3.13|version:0.1.0');
});

test('knows the layers and models of bert-score, and says when it does not', () => {
  expect([bertScoreModel('en'), bertScoreModel('DE')]).toEqual(['roberta-large', 'bert-base-multilingual-cased']);
  expect(bertScoreLayer(bertScoreModel('en'))).toBe(17);
  expect(() => bertScoreLayer('my-model')).toThrow('got my-model. Choose the layer yourself');
});

test('says what is wrong with a baseline file or with several layers', async () => {
  expect(() => parseBaseline('P,R,F\n', 0)).toThrow('expected the header LAYER,P,R,F, got "P,R,F"');
  expect(() => parseBaseline('LAYER,P,R,F\n0,0.1,0.2\n', 0)).toThrow('four numbers for layer 0 in line 2');
  expect(() => parseBaseline('LAYER,P,R,F\n0,0.1,0.2,0.3\n', 1)).toThrow('layer 1 in line 3');
  const two = await tinyEmbedder([1, 2]);
  await expect(score({ hypotheses: ['a'], references: [['b']], embedder: two })).rejects.toThrow('expected one layer from the embedder, got 2');
});

test('refuses options that do not exist', async () => {
  const given = { hypotheses: ['a'], references: [['b']], embedder: await tinyEmbedder([1]) };
  await expect(score({ ...given, batchSize: 0 })).rejects.toThrow('expected a positive whole number as batchSize, got 0');
  await expect(score({ ...given, IDF: true } as typeof given)).rejects.toThrow('got IDF. Correct the name');
});
