import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { goldenFolder, segments, tinyEmbedder } from '../../test/goldens/neural/fixture.js';
import type { Embedder } from '../embedding/embedder.js';
import { parseBaseline } from './baseline.js';
import { bertScore, type BertScoreOptions } from './bertscore.js';

const read = (file: string) => readFileSync(goldenFolder + file, 'utf8');

interface Golden {
  readonly hash: string;
  readonly precision: readonly (number | null)[];
  readonly recall: readonly (number | null)[];
  readonly f1: readonly (number | null)[];
}

const goldens = JSON.parse(read('bertscore/goldens.json')) as Record<string, Golden> & { layer: number };
const baseline = parseBaseline(read('bertscore/baseline.csv'), goldens.layer);

let embedder: Embedder;
beforeAll(async () => {
  embedder = await tinyEmbedder([goldens.layer]);
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
  ['alone', { batchSize: 1 }],
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
