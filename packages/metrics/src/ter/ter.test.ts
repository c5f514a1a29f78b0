import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasRealReferences, realSegments } from '../../test/goldens/real.js';
import { readOutputs } from '../../test/inputs/outputs.js';
import { MetricInputError } from '../metric.js';
import { ter } from './ter.js';
import type { SacrebleuTokens } from './tokenize.js';

const goldens = new URL('../../test/goldens/ter/', import.meta.url);
const scores = { tercom: parse('tercom.json'), sacrebleu: parse('sacrebleu.json') } as Goldens;
const varied = read('varied.jsonl');
const hostile = read('hostile.jsonl');
const inputs: Readonly<Record<string, string[][]>> = {
  varied,
  hostile,
  mixed: [...varied.slice(0, 200), ...hostile.slice(2)],
  few: [...varied.slice(0, 60), ...hostile.filter((_, i) => i % 10 === 2)],
};

interface Goldens {
  tercom: Record<string, Record<string, { total: string; segments: number[][]; scores: number[] }>>;
  sacrebleu: Record<string, Record<string, { score: number; segments: number[][]; signature: string }>>;
}

const options: Readonly<Record<string, SacrebleuTokens>> = {
  default: {},
  normalized: { normalized: true },
  caseSensitive: { caseSensitive: true },
  noPunct: { noPunct: true },
  asianSupport: { normalized: true, noPunct: true, asianSupport: true },
};

function parse(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, goldens), 'utf8'));
}

function read(name: string): string[][] {
  return readFileSync(new URL(name, goldens), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as string[]);
}

function segmentsOf(texts: readonly string[][]) {
  return { hypotheses: texts.map((row) => row[0]!), references: texts.map((row) => row.slice(1)) };
}

describe('equals tercom 0.7.25', () => {
  const cases = Object.entries(scores.tercom).flatMap(([name, sets]) => Object.keys(sets).map((set) => [name, set] as const));
  test.each(cases)('%s, %s segments', (name, set) => {
    const golden = scores.tercom[name]![set]!;
    const got = ter({ ...segmentsOf(inputs[set]!), style: 'tercom', ...options[name] });
    expect(got.statistics.rows.map((row) => [...row])).toEqual(golden.segments);
    expect(got.segments).toEqual(golden.scores);
    expect(got.score).toBe(Number(golden.total));
  });
});

/** A folder of systems' outputs that tools/goldens/system_outputs.py gathers; they are not ours to ship. */
const outputs = process.env['PREFIX_TUNING_OUTPUTS'];

test.skipIf(outputs === undefined)('equals tercom 0.7.25 on 2,000 outputs of published systems', () => {
  const golden = parse('outputs.json') as Record<string, { total: string; segments: number[][]; scores: number[] }>;
  const segments = readOutputs(outputs!);
  expect(Object.keys(segments)).toEqual(Object.keys(golden));
  for (const [name, { total, segments: rows, scores: printed }] of Object.entries(golden)) {
    const got = ter(segments[name]!);
    expect(got.statistics.rows.map((row) => [...row]), name).toEqual(rows);
    expect(got.segments, name).toEqual(printed);
    expect(got.score, name).toBe(Number(total));
  }
});

test.skipIf(outputs === undefined)('equals sacrebleu 2.6.0 on 2,000 outputs of published systems', { timeout: 300_000 }, () => {
  const golden = parse('outputs-sacrebleu.json') as Goldens['sacrebleu'][string];
  const segments = readOutputs(outputs!);
  expect(Object.keys(segments)).toEqual(Object.keys(golden));
  for (const [name, { score, segments: rows }] of Object.entries(golden)) {
    const got = ter({ ...segments[name]!, style: 'sacrebleu' });
    expect(got.statistics.rows.map((row) => [row[0], row[1]]), name).toEqual(rows);
    expect(got.score, name).toBeCloseTo(score, 10);
  }
});

test.skipIf(!hasRealReferences)('equals tercom 0.7.25 on references of DART and WebNLG', () => {
  const golden = parse('real.json') as { total: string; segments: number[][] };
  const got = ter(realSegments());
  expect(got.statistics.rows.map((row) => [...row])).toEqual(golden.segments);
  expect(got.score).toBe(Number(golden.total));
});

describe('equals sacrebleu 2.6.0', () => {
  const cases = Object.entries(scores.sacrebleu).flatMap(([name, sets]) => Object.keys(sets).map((set) => [name, set] as const));
  test.each(cases)('%s, %s segments', (name, set) => {
    const golden = scores.sacrebleu[name]![set]!;
    const got = ter({ ...segmentsOf(inputs[set]!), style: 'sacrebleu', ...options[name] });
    expect(got.statistics.rows.map((row) => [row[0], row[1]])).toEqual(golden.segments);
    expect(got.score).toBeCloseTo(golden.score, 10);
    expect(got.signature.replace(/^nrefs:var\|/, '')).toBe(golden.signature.replace(/^nrefs:\d+\|/, ''));
  });
});

describe('properties', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', '.'), { maxLength: 14 }).map((words) => words.join(' '));
  const pairs = fc.array(fc.tuple(text, fc.array(text, { minLength: 1, maxLength: 3 })), { minLength: 1, maxLength: 6 });
  const scored = (rows: readonly [string, string[]][], style: 'tercom' | 'sacrebleu') =>
    ter({ hypotheses: rows.map(([hypothesis]) => hypothesis), references: rows.map(([, references]) => references), style });

  test.each(['tercom', 'sacrebleu'] as const)('%s: order does not matter, an equal reference means no edits, parts add up', (style) => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const score = scored(rows, style);
        expect(scored([...rows].reverse(), style).score).toBeCloseTo(score.score, 10);
        const { edits, insertions, deletions, substitutions, shifts } = score.parts;
        expect(insertions + deletions + substitutions + shifts).toBe(edits);
        expect(scored(rows.map(([hypothesis, references]) => [hypothesis, [...references, hypothesis]]), style).parts.edits).toBe(0);
      }),
    );
  });

  test('beyond the beam a long tail still finds its way', () => {
    const words = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(' ');
    const [hypothesis, reference] = [`${words(90, 'x')} ${words(30, 'w')}`, `${words(30, 'w')} ${words(5, 'y')}`];
    const { parts } = ter({ hypotheses: [hypothesis], references: [[reference]] });
    expect(parts.edits).toBeGreaterThanOrEqual(85);
    expect(parts.edits).toBeLessThanOrEqual(120);
  });
});

describe('input', () => {
  test('nothing to compare with is 0 edits in 0 words, and 1 where something was written', () => {
    expect(ter({ hypotheses: ['', 'a b'], references: [[''], ['']] }).segments).toEqual([0, 1]);
    expect(ter({ hypotheses: ['a'], references: [['']], style: 'sacrebleu' }).score).toBe(100);
  });

  test('a style that does not exist is named', () => {
    const wrong = { hypotheses: ['a'], references: [['a']], style: 'terp' } as unknown as Parameters<typeof ter>[0];
    expect(() => ter(wrong)).toThrow('ter: expected one of tercom, sacrebleu as style, got terp.');
    expect(() => ter(wrong)).toThrow(MetricInputError);
    expect(() => ter({ hypotheses: ['a'], references: [] })).toThrow(MetricInputError);
  });
});
