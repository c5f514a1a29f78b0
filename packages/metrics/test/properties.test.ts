import { ConfigError, createRng } from '@prefix-tuning/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bleu, chrf, cider, meteor, MetricInputError, nist, rouge, ter, tokenizeCaptions, type Score, type Segments } from '../src/index.js';

type Metric = (segments: Segments) => Score<unknown>;

/** Score of a text against itself, which is the most there can be; unknown where that depends on the corpus. */
const metrics: Readonly<Record<string, { run: Metric; most?: number; takesBestReference?: boolean }>> = {
  'BLEU, sacrebleu': { run: bleu, most: 100 },
  'BLEU, mteval': { run: (s) => bleu({ ...s, style: 'mteval-v13a' }), most: 1 },
  'BLEU, pymteval': { run: (s) => bleu({ ...s, style: 'pymteval' }), most: 1 },
  'BLEU, multi-bleu': { run: (s) => bleu({ ...s, style: 'multi-bleu' }), most: 100 },
  'NIST, mteval': { run: nist },
  'NIST, pymteval': { run: (s) => nist({ ...s, style: 'pymteval' }) },
  'ROUGE-1': { run: (s) => rouge({ ...s, type: 1 }), most: 1, takesBestReference: true },
  'ROUGE-2': { run: (s) => rouge({ ...s, type: 2 }), most: 1, takesBestReference: true },
  'ROUGE-L': { run: rouge, most: 1, takesBestReference: true },
  'ROUGE-Lsum': { run: (s) => rouge({ ...s, type: 'Lsum' }), most: 1, takesBestReference: true },
  'ROUGE-L, coco': { run: (s) => rouge({ ...s, style: 'coco' }), most: 1, takesBestReference: true },
  'ROUGE-2, 1.5.5': { run: (s) => rouge({ ...s, style: 'rouge-1.5.5', type: 2 }), most: 1 },
  CIDEr: { run: cider },
  chrF: { run: chrf, most: 100, takesBestReference: true },
  'chrF++': { run: (s) => chrf({ ...s, wordOrder: 2 }), most: 100, takesBestReference: true },
};

const WORDS = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'river', 'bank', 'Tokyo', 'stations', 'running', '3.5', 'café', ','];
/** Six words or more, so that every n-gram order occurs. */
const sentence = fc.array(fc.constantFrom(...WORDS), { minLength: 6, maxLength: 14 }).map((words) => `word ${words.join(' ')} end of it`);
const segment = fc.record({ hypothesis: sentence, references: fc.array(sentence, { minLength: 1, maxLength: 3 }) });
const corpus = fc.array(segment, { minLength: 1, maxLength: 8 });
const toSegments = (list: readonly { hypothesis: string; references: string[] }[]): Segments => ({
  hypotheses: list.map(({ hypothesis }) => hypothesis),
  references: list.map(({ references }) => references),
});

describe.each(Object.entries(metrics))('%s', (_, { run, most, takesBestReference }) => {
  const check = (property: Parameters<typeof fc.assert>[0]) => fc.assert(property as fc.IProperty<unknown>, { numRuns: 40 });

  test('the references themselves get the most', () => {
    check(
      fc.property(corpus, (list) => {
        const segments = toSegments(list);
        const perfect = run({ ...segments, hypotheses: segments.references.map((texts) => texts[0]!) });
        const single = { hypotheses: segments.references.map((texts) => texts[0]!), references: segments.references.map((texts) => [texts[0]!]) };
        if (most !== undefined) expect(run(single).score).toBeCloseTo(most, 4);
        if (takesBestReference) expect(perfect.score).toBeGreaterThanOrEqual(run(segments).score - 1e-9);
      }),
    );
  });

  test('the order of segments changes nothing', () => {
    check(
      fc.property(corpus, fc.integer(), (list, seed) => {
        const shuffled = createRng(seed).shuffle(list);
        expect(run(toSegments(shuffled)).score).toBeCloseTo(run(toSegments(list)).score, 9);
      }),
    );
  });

  test('a further reference never lowers a score that takes the best', () => {
    if (!takesBestReference) return expect(takesBestReference).toBeUndefined();
    check(
      fc.property(corpus, sentence, (list, more) => {
        const richer = list.map(({ hypothesis, references }) => ({ hypothesis, references: [...references, more] }));
        run(toSegments(richer)).segments.forEach((score, i) => expect(score).toBeGreaterThanOrEqual(run(toSegments(list)).segments[i]! - 1e-9));
      }),
    );
  });

  test('the corpus score is that of the summed statistics, and signatures are well formed', () => {
    check(
      fc.property(corpus, (list) => {
        const { score, statistics, segments, signature } = run(toSegments(list));
        const sum = statistics.names.map((_, k) => statistics.rows.reduce((total, row) => total + row[k]!, 0));
        expect(statistics.aggregate(Float64Array.from(sum), list.length)).toBeCloseTo(score, 9);
        expect(segments.length).toBe(list.length);
        expect(signature).toMatch(/^nrefs:(\d+|var)(\|[\w-]+:[\w.+[\]-]+)+$/);
      }),
    );
  });

  test('what does not fit together is refused', () => {
    expect(() => run({ hypotheses: ['a', 'b'], references: [['a']] })).toThrow('expected as many reference lists as hypotheses (2), got 1');
    expect(() => run({ hypotheses: [], references: [] })).toThrow(MetricInputError);
    expect(() => run({ hypotheses: ['a'], references: [[]] })).toThrow('expected a non-empty array of strings');
    expect(() => run({ hypotheses: ['a'], references: ['a'] as unknown as string[][] })).toThrow('wrap it in an array');
    const hole = Object.assign([], { 1: ['b'] });
    expect(() => run({ hypotheses: ['a', 'b'], references: hole })).toThrow('as the references of segment 0, got undefined');
    expect(() => run({ hypotheses: ['a'], references: [Object.assign([], { 1: 'b' })] })).toThrow('as the references of segment 0');
  });
});

test.each<[string, (segments: Segments & { styl: string }) => Score<unknown>]>(Object.entries({ bleu, chrf, cider, meteor, nist, rouge, ter }))(
  '%s refuses options that it does not know',
  (name, metric) => {
    const run = () => metric({ hypotheses: ['a'], references: [['a']], styl: 'x' });
    expect(run).toThrow(ConfigError);
    expect(run).toThrow(new RegExp(`^${name} options.*: expected fields of .*, got styl`));
  },
);

test('options of another style, and styles that do not exist, are refused', () => {
  const any = (options: object) => ({ hypotheses: ['a'], references: [['a']], ...options });
  expect(() => bleu(any({ style: 'multi-bleu', smooth: 'exp' }))).toThrow('bleu options of style multi-bleu: expected fields of style, lowercase, got smooth.');
  expect(() => bleu(any({ style: 'mteval' }))).toThrow('bleu: expected one of sacrebleu, mteval-v13a, pymteval, multi-bleu as style, got mteval.');
  expect(() => rouge(any({ style: 'perl' }))).toThrow('rouge: expected one of rouge-score, rouge-1.5.5, coco as style, got perl.');
  expect(() => nist(any({ style: 'mteval' }))).toThrow('nist: expected one of mteval-v13a, pymteval as style, got mteval.');
});

test('options left undefined are the defaults', () => {
  const segments = { hypotheses: ['a b c d'], references: [['a b c e']] };
  expect(chrf({ ...segments, beta: undefined, charOrder: undefined } as Segments)).toMatchObject({ score: chrf(segments).score, metric: 'chrF2' });
  expect(bleu({ ...segments, style: undefined, smoothValue: undefined } as Segments).score).toBe(bleu(segments).score);
});

test('values that an option cannot have are refused', () => {
  const segments = { hypotheses: ['a'], references: [['a']] };
  expect(() => bleu({ ...segments, tokenize: 'zh' as '13a' })).toThrow('expected one of 13a, intl, char, none as tokenize, got zh');
  expect(() => bleu({ ...segments, smooth: 'more' as 'exp' })).toThrow(MetricInputError);
  expect(() => bleu({ ...segments, maxOrder: 0 })).toThrow('expected a positive whole number as maxOrder, got 0');
  expect(() => bleu({ ...segments, smooth: 'floor', smoothValue: NaN })).toThrow('bleu: expected a number of at least 0 as smoothValue, got NaN.');
  expect(() => bleu({ ...segments, style: 'pymteval', smoothing: -1 })).toThrow('a number of at least 0 as smoothing, got -1');
  expect(() => chrf({ ...segments, beta: NaN })).toThrow('chrf: expected a number of at least 0 as beta, got NaN.');
  expect(() => cider({ ...segments, tokenize: 'PTB' as 'ptb' })).toThrow('cider: expected one of ptb, ptb-given, none as tokenize, got PTB.');
  expect(() => rouge({ ...segments, style: 'coco', tokenize: 'PTB' as 'ptb' })).toThrow('expected one of ptb, ptb-given, none as tokenize, got PTB');
  expect(() => rouge({ ...segments, style: 'coco', type: 1 as unknown as 'L' })).toThrow('rouge: expected L as type, got 1.');
  expect(() => rouge({ ...segments, style: 'rouge-1.5.5', multi: 'max' as 'best' })).toThrow('expected one of average, best as multi, got max');
  for (const resamples of [0, -1, 1.5]) {
    expect(() => rouge({ ...segments, style: 'rouge-1.5.5', resamples })).toThrow(`rouge: expected a positive whole number as resamples, got ${resamples}.`);
  }
  expect(() => rouge({ ...segments, type: 10 })).toThrow('expected 1 to 9, L or Lsum as type, got 10');
  expect(() => rouge({ ...segments, style: 'rouge-1.5.5', type: 'Lsum' as 'L' })).toThrow('expected 1 to 9 or L as type, got Lsum');
});

describe('quirks of the references', () => {
  test('multi-bleu counts an empty reference as one of length 0, which spares a short hypothesis its penalty', () => {
    const hypotheses = ['one two', 'a b c d e f'];
    const brevity = (references: string[][]) => bleu({ hypotheses, references, style: 'multi-bleu' }).parts.brevityPenalty;
    expect(brevity([['one two three four five', ''], ['a b c d e f', '']])).toBe(1);
    expect(brevity([['one two three four five'], ['a b c d e f']])).toBeCloseTo(Math.exp(1 - 11 / 8), 12);
  });

  test('mteval takes the word 0 for no prefix at all', () => {
    const segments = { hypotheses: ['0 1 0 1 x', 'y z'], references: [['0 1 0 1 x'], ['0 z 0 y']] };
    const [perl, python] = [nist(segments).score, nist({ ...segments, style: 'pymteval' }).score];
    expect(perl).toBeGreaterThan(python);
  });

  test('two captions of nothing but punctuation are alike to the caption scripts', () => {
    expect(rouge({ hypotheses: ['...'], references: [['!']], style: 'coco' }).score).toBe(1);
  });

  test('of references equally good by chrF the first counts, to the last digit', () => {
    const references = [['a x', 'a b x y z']];
    const { statistics } = chrf({ hypotheses: ['a b c d'], references, charOrder: 0, wordOrder: 1 });
    expect([...statistics.rows[0]!]).toEqual([4, 2, 1]);
  });

  test('METEOR cuts control characters off both ends of a text, as Java does', () => {
    const score = (hypothesis: string) => meteor({ hypotheses: [hypothesis], references: [['the cat sat']] }).score;
    expect(score('\u0001the cat sat\u0001')).toBe(1);
    expect(score('the \u0001 cat sat')).toBeLessThan(1);
  });

  // Tokens that the scripts' tokeniser gave.
  test.each([
    ['C# and f# on a-b‑c', 'c# and f# on a-b‑c'],
    ["'90 to ’95 , '90' and '05,", "'90 to ’95 90 and 05"],
    ['⅓ of „x‟', '1/3 of „ x ‟'],
    ['*** ## << a@b', '*** ## << a @b'],
    ['S$5 NT$6 USD$7', 's$ 5 nt$ 6 usd$ 7'],
    ['a\u0001b \ufffd \ue000 \u0081', 'a b'],
    ['est. Bldg. Drs. x', 'est. bldg. drs. x'],
    ['the cat é.', 'the cat é'],
    ['d’Or o’clock ’til ’tis don’t it’s', 'd’or o’clock ’til tis do n\'t it \'s'],
  ])('captions: %s', (text, tokens) => {
    expect(tokenizeCaptions([text])[0]!.join(' ')).toBe(tokens);
  });

  test('CIDEr of a single segment is 0, since every n-gram is in every document', () => {
    expect(cider({ hypotheses: ['the cat sat'], references: [['the cat sat']] }).score).toBe(0);
  });
});
