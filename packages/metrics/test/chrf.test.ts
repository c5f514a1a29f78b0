import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chrf, type ChrfOptions } from '../src/chrf/chrf.js';
import { inputs } from './inputs/index.js';

type Golden = Record<string, { score: number; signature: string; segments?: number[] }>;
const { goldens } = JSON.parse(readFileSync(new URL('./goldens/lexical.json', import.meta.url), 'utf8')) as { goldens: Record<keyof typeof inputs, { chrf: Golden }> };

const settings: Record<string, ChrfOptions> = { chrF: {}, 'chrF++': { wordOrder: 2 }, lowercase: { lowercase: true }, whitespace: { whitespace: true } };

describe.each(Object.keys(inputs) as (keyof typeof inputs)[])('%s', (name) => {
  test.each(Object.keys(settings))('score and signature are those of sacrebleu: %s', (setting) => {
    const want = goldens[name].chrf[setting]!;
    const { score, signature, segments } = chrf({ ...inputs[name], ...settings[setting]! });
    expect(score).toBeCloseTo(want.score, 7);
    expect(signature).toBe(want.signature);
    want.segments?.forEach((value, i) => expect(segments[i], `segment ${i}`).toBeCloseTo(value, 7));
  });
});

test('no order to count is refused', () => {
  expect(() => chrf({ hypotheses: ['a'], references: [['a']], charOrder: 0 })).toThrow('not both 0, got 0 and 0');
});
