import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { bleu, chrf, cider, nist, parseWordnetExceptions, rouge, tokenizeCaptions, type BleuOptions, type ChrfOptions, type Segments } from '../src/index.js';

interface Golden {
  mteval: Record<'bleu' | 'nist', number> & Record<'bleuSegments' | 'nistSegments', number[]>;
  pymteval: Record<'bleu' | 'nist', number> & Record<'bleuSegments' | 'sentBleuSegments' | 'nistSegments', (number | null)[]>;
  multiBleu: Record<'mixed' | 'lowercase', MultiBleu>;
  sacrebleu: Record<string, { score: number; signature: string; segments?: number[] }>;
  chrf: Record<string, { score: number; signature: string; segments?: number[] }>;
  coco: { tokens: string[]; rougeL: number; rougeLSegments: number[]; cider: number; ciderSegments: number[] };
  rougeScore: Record<'stemmed' | 'plain', Record<'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum', number[]>>;
  rouge155: Record<'stemmed' | 'plain' | 'best' | 'resampled', Record<'1' | '2' | 'L', RougePrinted>>;
}
interface MultiBleu {
  score: number;
  precisions: number[];
  brevityPenalty: number;
  hypothesisLength: number;
  referenceLength: number;
}
interface RougePrinted {
  precision: number;
  recall: number;
  fmeasure: number;
  segments: number[];
}

/** What tools/goldens/lexical writes. */
export interface LexicalGoldens {
  /** The hash of the inputs they were computed from. */
  readonly inputs: string;
  /** Irregular forms for ROUGE-1.5.5. */
  readonly exceptions: string;
  /** Does a digest stand for each text's tokens, because the texts are not ours? */
  readonly digests?: boolean;
  readonly goldens: Readonly<Record<string, Golden>>;
}

export function readLexicalGoldens(name: string): LexicalGoldens {
  return JSON.parse(readFileSync(new URL(`./goldens/${name}`, import.meta.url), 'utf8')) as LexicalGoldens;
}

/** As printed with `digits` decimals, or nearer. */
function expectAll(got: readonly number[], want: readonly (number | null)[], digits: number): void {
  expect(got.length).toBe(want.length);
  const off = want.flatMap((value, i) => (value === null || Math.abs(got[i]! - value) <= 0.5000001 * 10 ** -digits ? [] : [{ i, value, got: got[i] }]));
  expect(off).toEqual([]);
}

const SACREBLEU: Readonly<Record<string, BleuOptions>> = {
  default: {},
  lowercase: { lowercase: true },
  effective: { effectiveOrder: true },
  intl: { tokenize: 'intl' },
  char: { tokenize: 'char' },
  none: { tokenize: 'none' },
  unsmoothed: { smooth: 'none' },
  floor: { smooth: 'floor' },
  'floor.5': { smooth: 'floor', smoothValue: 0.5 },
  'add-k': { smooth: 'add-k' },
  bigrams: { maxOrder: 2 },
};
const CHRF: Readonly<Record<string, ChrfOptions>> = { chrF: {}, 'chrF++': { wordOrder: 2 }, lowercase: { lowercase: true }, whitespace: { whitespace: true } };

/** Defines the tests of one set of segments against the reference implementations' scores. */
export function testLexical(name: string, segments: Segments, { goldens, exceptions, digests = false, unlike = [] }: Omit<LexicalGoldens, 'inputs'> & { unlike?: readonly number[] }): void {
  describe(name, () => {
    const golden = goldens[name]!;
    testMteval(segments, golden);
    testMultiBleu(segments, golden);
    testSacrebleu(segments, golden);
    testCaptions(segments, golden, { digests, unlike });
    describe('ROUGE with a sentence a line', () => testRouge(segments, golden, exceptions));
  });
}

function testMteval(segments: Segments, golden: Golden): void {
  test('BLEU and NIST are those of mteval-v13a', () => {
    const [ourBleu, ourNist] = [bleu({ ...segments, style: 'mteval-v13a' }), nist(segments)];
    expectAll([ourBleu.score, ourNist.score], [golden.mteval.bleu, golden.mteval.nist], 4);
    expectAll(ourBleu.segments, golden.mteval.bleuSegments, 4);
    expectAll(ourNist.segments, golden.mteval.nistSegments, 4);
  });

  test('BLEU and NIST are those of pymteval', () => {
    const [ourBleu, ourNist] = [bleu({ ...segments, style: 'pymteval' }), nist({ ...segments, style: 'pymteval' })];
    expectAll([ourBleu.score, ourNist.score], [golden.pymteval.bleu, golden.pymteval.nist], 8);
    expectAll(ourBleu.segments, golden.pymteval.bleuSegments, 8);
    expectAll(ourNist.segments, golden.pymteval.nistSegments, 8);
    expectAll(bleu({ ...segments, style: 'pymteval', smoothing: 1 }).segments, golden.pymteval.sentBleuSegments, 8);
  });
}

function testMultiBleu(segments: Segments, golden: Golden): void {
  /** Several reference files have an empty line where an input has fewer references. */
  const width = Math.max(...segments.references.map((list) => list.length));
  const padded: Segments = { ...segments, references: segments.references.map((list) => [...list, ...Array<string>(width - list.length).fill('')]) };

  test.each(['mixed', 'lowercase'] as const)('BLEU is that of multi-bleu.perl, %s', (letters) => {
    const { score, parts } = bleu({ ...padded, style: 'multi-bleu', lowercase: letters === 'lowercase' });
    const want = golden.multiBleu[letters];
    expectAll([score], [want.score], 2);
    expectAll(parts.precisions, want.precisions, 1);
    expectAll([parts.brevityPenalty], [want.brevityPenalty], 3);
    expect(parts).toMatchObject({ hypothesisLength: want.hypothesisLength, referenceLength: want.referenceLength });
  });
}

function testSacrebleu(segments: Segments, golden: Golden): void {
  test.each(Object.keys(SACREBLEU))('BLEU and its signature are those of sacrebleu: %s', (setting) => {
    const { score, signature, segments: scores } = bleu({ ...segments, ...SACREBLEU[setting]! });
    const want = golden.sacrebleu[setting]!;
    expectAll([score], [want.score], 8);
    expect(signature).toBe(want.signature);
    if (want.segments !== undefined) expectAll(scores, want.segments, 8);
  });

  test.each(Object.keys(CHRF))('chrF and its signature are those of sacrebleu: %s', (setting) => {
    const { score, signature, segments: scores } = chrf({ ...segments, ...CHRF[setting]! });
    const want = golden.chrf[setting]!;
    expectAll([score], [want.score], 7);
    expect(signature).toBe(want.signature);
    if (want.segments !== undefined) expectAll(scores, want.segments, 7);
  });
}

function testCaptions(segments: Segments, { coco }: Golden, { digests, unlike }: { digests: boolean; unlike: readonly number[] }): void {
  const alike = (_: unknown, i: number) => !unlike.includes(i);
  const shown = (tokens: string) => (digests ? createHash('sha256').update(tokens).digest('hex').slice(0, 8) : tokens);

  test('tokens, ROUGE-L and CIDEr are those of the caption scripts, but for the segments listed in inputs/unlike.ts', () => {
    const ours = tokenizeCaptions(segments.hypotheses).map((tokens) => shown(tokens.join(' ')));
    expect(ours.filter(alike)).toEqual(coco.tokens.filter(alike));
    const rest = { hypotheses: segments.hypotheses.filter(alike), references: segments.references.filter(alike) };
    const [ourRouge, ourCider] = [rouge({ ...rest, style: 'coco' }), cider(rest)];
    expectAll([ourRouge.score, ourCider.score], [coco.rougeL, coco.cider], 8);
    expectAll(ourRouge.segments, coco.rougeLSegments, 8);
    expectAll(ourCider.segments, coco.ciderSegments, 8);
  });
}

function testRouge(segments: Segments, { rougeScore, rouge155 }: Golden, exceptions: string): void {
  let byLines: Segments;
  beforeAll(() => {
    const lines = (text: string) => text.replaceAll(' . ', ' .\n').replaceAll('. ', '.\n');
    byLines = { hypotheses: segments.hypotheses.map(lines), references: segments.references.map((list) => list.map(lines)) };
  });

  test.each([
    ['rouge1', 1],
    ['rouge2', 2],
    ['rougeL', 'L'],
    ['rougeLsum', 'Lsum'],
  ] as const)('%s is that of rouge-score', (key, type) => {
    expectAll(rouge({ ...byLines, type }).segments, rougeScore.stemmed[key], 8);
    expectAll(rouge({ ...byLines, type, stem: false }).segments, rougeScore.plain[key], 8);
  });

  test.each([1, 2, 'L'] as const)('ROUGE-%s is that of ROUGE-1.5.5', (type) => {
    const options = { ...byLines, type, style: 'rouge-1.5.5', exceptions: parseWordnetExceptions([exceptions]) } as const;
    expectAll(rouge(options).segments, rouge155.stemmed[type].segments, 5);
    expectAll(rouge({ ...options, stem: false }).segments, rouge155.plain[type].segments, 5);
    expectAll(rouge({ ...options, multi: 'best' as const }).segments, rouge155.best[type].segments, 5);
    const { precision, recall, fmeasure } = rouge155.resampled[type];
    const { parts } = rouge({ ...options, resamples: 1000 });
    expectAll([parts.precision, parts.recall, parts.fmeasure], [precision, recall, fmeasure], 5);
  });
}
