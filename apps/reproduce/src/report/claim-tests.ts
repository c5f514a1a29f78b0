import { publishedModels } from '../plan/published.js';
import { shapeOf } from '../plan/cost.js';
import type { Cell } from '../recipe/cells.js';
import { tasks } from '../recipe/tasks.js';
import { keptParameters } from '@prefix-tuning/training';
import type { ClaimContext, ClaimTest } from './claims.js';
import type { CellFinding } from './findings.js';
import { compareCells, type CellScore } from './scores.js';
import { mean, signFlipTest, slopeTest, swapTest, variance } from './statistics.js';

interface Tested {
  readonly text: string;
  readonly method: string;
  readonly testsOf: (context: ClaimContext) => ClaimTest[];
}

type Wanted = Partial<Cell>;
const tableToText = ['e2e', 'webnlg', 'dart'] as const;

const fits = (cell: Cell, wanted: Wanted) => Object.entries(wanted).every(([key, value]) => cell[key as keyof Cell] === value);
const find = (findings: readonly CellFinding[], wanted: Wanted) => findings.find(({ cell, failure }) => failure === undefined && fits(cell, wanted));

/** The column that a claim goes by; the task's headline unless named. */
function scoreOf(finding: CellFinding | undefined, column?: string): CellScore | undefined {
  if (!finding) return undefined;
  const index = (tasks as Record<string, { headline: number }>)[finding.cell.task]?.headline ?? 0;
  const found = column === undefined ? finding.columns[index] : finding.columns.find((each) => each.column === column);
  return found && !('missing' in found) ? found : undefined;
}

const p = (value: number): string => (value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`);
const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

/** Points that a system may trail and still be level. */
const level = 1;

interface Pair {
  readonly better: CellFinding | undefined;
  readonly worse: CellFinding | undefined;
  readonly what: string;
  readonly column?: string;
  /** Enough that it is not significantly below, and trails by no more than `level`. */
  readonly orLevel?: boolean;
}

/** Is one cell better than another? Nothing if one of them was not run. */
function betterThan({ better, worse, what, column, orLevel = false }: Pair): ClaimTest[] {
  const [system, baseline] = [scoreOf(better, column), scoreOf(worse, column)];
  const compared = system && baseline && compareCells(baseline, system);
  if (!compared) return [];
  const gain = compared.difference * (system.higherIsBetter ? 1 : -1);
  const significant = compared.pValue < 0.05;
  const reached = orLevel ? gain >= -level && !(significant && gain < 0) : significant && gain > 0;
  const outcome = reached ? 'for' : significant && gain < 0 ? 'against' : 'undecided';
  return [{ what, found: `${signed(compared.difference, Math.max(1, system.digits))} ${system.column}, ${p(compared.pValue)}`, outcome }];
}

const inTable = (exhibit: Cell['exhibit'], row: Cell['row'], task: Cell['task'], rest: Wanted = {}): Wanted => ({ exhibit, row, task, ...rest });
const randomisation = 'Paired approximate randomisation over test inputs (2,000 trials), two-sided, 0.05.';

const levelWithFineTuning: Tested = {
  text: 'Prefix (0.1%) beats adapter (0.1%) and FT-top2, and is level with fine-tuning, on E2E, WebNLG and DART (Table 1).',
  method: `${randomisation} Level: not significantly below, and no more than ${level} BLEU behind.`,
  testsOf: ({ findings }) =>
    tableToText.flatMap((task) => {
      const cell = (row: Cell['row']) => find(findings, inTable('table1', row, task, { model: 'gpt2-medium' }));
      const [better, { title }] = [cell('prefix-0.1%'), tasks[task]];
      return [
        ...betterThan({ better, worse: cell('adapter-0.1%'), what: `${title}: above adapter (0.1%)` }),
        ...betterThan({ better, worse: cell('ft-top2'), what: `${title}: above FT-top2` }),
        ...betterThan({ better, worse: cell('fine-tune'), what: `${title}: level with fine-tuning`, orLevel: true }),
      ];
    }),
};

const summarization: Tested = {
  text: 'On XSUM prefix (2%) trails fine-tuning a little, prefix (0.1%) a little more (Table 2).',
  method: randomisation,
  testsOf: ({ findings }) => {
    const cell = (row: Cell['row']) => find(findings, inTable('table2', row, 'xsum'));
    return [
      ...betterThan({ better: cell('fine-tune'), worse: cell('prefix-2%'), what: 'fine-tuning above prefix (2%)' }),
      ...betterThan({ better: cell('prefix-2%'), worse: cell('prefix-0.1%'), what: 'prefix (2%) above prefix (0.1%)' }),
    ];
  },
};

/** (training size, prefix less fine-tuning) of each subset and seed. */
function lowDataGains(findings: readonly CellFinding[], task: Cell['task']): [number, number][] {
  const prefixes = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'figure3' && cell.task === task && cell.row !== 'fine-tune');
  return prefixes.flatMap((prefix) => {
    const fineTune = find(findings, inTable('figure3', 'fine-tune', task, { examples: prefix.cell.examples! }));
    const [ours, theirs] = [scoreOf(prefix), scoreOf(fineTune)];
    return ours && theirs ? ours.values.map((value, i): [number, number] => [prefix.cell.examples!, value - theirs.values[i]!]) : [];
  });
}

const lowData: Tested = {
  text: 'In low data prefix-tuning beats fine-tuning (2.9 BLEU on average on E2E), and the gap narrows with size (Figure 3).',
  method: 'Sign-flip test over subsets, paired; permutation test of the slope of the gap over log(size).',
  testsOf: ({ findings }) => {
    const gains = lowDataGains(findings, 'e2e');
    if (gains.length < 2) return [];
    const ahead = signFlipTest(gains.map(([, gain]) => gain));
    const tests: ClaimTest[] = [{ what: 'E2E: ahead on average over sizes', found: `${signed(ahead.statistic, 1)} BLEU, ${p(ahead.pValue)}`, outcome: outcomeOf(ahead.statistic, ahead.pValue) }];
    if (new Set(gains.map(([size]) => size)).size < 2) return tests;
    const { statistic, pValue } = slopeTest(gains.map(([size, gain]) => [Math.log2(size), gain] as const));
    return [...tests, { what: 'E2E: the gap narrows with size', found: `${signed(statistic, 2)} BLEU at each doubling, ${p(pValue)}`, outcome: outcomeOf(-statistic, pValue) }];
  },
};

const outcomeOf = (gain: number, pValue: number): ClaimTest['outcome'] => (pValue >= 0.05 ? 'undecided' : gain > 0 ? 'for' : 'against');

const unseenTopics: Tested = {
  text: 'On unseen topics prefix-tuning beats fine-tuning (WebNLG unseen, Table 3).',
  method: randomisation,
  testsOf: ({ findings }) => [
    ...betterThan({
      better: find(findings, inTable('table1', 'prefix-0.1%', 'webnlg', { model: 'gpt2-medium' })),
      worse: find(findings, inTable('table1', 'fine-tune', 'webnlg', { model: 'gpt2-medium' })),
      what: 'WebNLG, unseen categories',
      column: 'BLEU U',
    }),
    ...(['news-to-sports', 'within-news'] as const).flatMap((task) =>
      betterThan({ better: find(findings, inTable('table3', 'prefix-2%', task)), worse: find(findings, inTable('table3', 'fine-tune', task)), what: tasks[task].title }),
    ),
  ],
};

const prefixLength: Tested = {
  text: 'Longer prefixes help up to a threshold, then hurt slightly (Figure 4).',
  method: `The best length against the shortest and the longest. ${randomisation} The best is chosen by the same scores, which favours the claim.`,
  testsOf: ({ findings }) =>
    (['xsum', 'dart'] as const).flatMap((task) => {
      const points = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'figure4' && cell.task === task && cell.length !== undefined).sort((a, b) => a.cell.length! - b.cell.length!);
      if (points.length < 3) return [];
      const best = points.reduce((a, b) => (scoreOf(b)!.value > scoreOf(a)!.value ? b : a));
      const [shortest, longest] = [points[0]!, points.at(-1)!];
      const { title } = tasks[task];
      const helps = best === shortest ? [{ what: `${title}: longer than ${shortest.cell.length} helps`, found: 'the shortest is best', outcome: 'against' as const }] : betterThan({ better: best, worse: shortest, what: `${title}: ${best.cell.length} above ${shortest.cell.length}` });
      const hurts = best === longest ? [{ what: `${title}: too long hurts`, found: `the longest, ${longest.cell.length}, is best`, outcome: 'undecided' as const }] : betterThan({ better: best, worse: longest, what: `${title}: ${best.cell.length} above ${longest.cell.length}` });
      return [...helps, ...hurts];
    }),
};

const variants: Tested = {
  text: 'The full prefix beats embedding-only by far, and infix by a little (Table 4).',
  method: `Against the best row of each kind. ${randomisation}`,
  testsOf: ({ findings }) => {
    const rows = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'table4');
    const best = (kind: string) => rows.filter(({ cell }) => cell.row.startsWith(kind)).reduce<CellFinding | undefined>((a, b) => (a && scoreOf(a)!.value >= scoreOf(b)!.value ? a : b), undefined);
    const prefix = find(rows, { row: 'prefix-0.1%' });
    return ['emb', 'infix'].flatMap((kind) => {
      const other = best(kind);
      return betterThan({ better: prefix, worse: other, what: `above ${other?.cell.row}` });
    });
  },
};

const initialisation: Tested = {
  text: 'Starting from real words beats a random start in low data, and lowers the variance (Figure 5).',
  method: `Each subset's mean over the words against random. Mean: paired approximate randomisation over test inputs of the task's own words against random. Variance: swap test over subsets.`,
  testsOf: ({ findings }) => {
    const points = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'figure5');
    const random = find(points, { words: 'random' });
    const worded = points.filter(({ cell }) => cell.words !== 'random').flatMap((point) => scoreOf(point) ?? []);
    const base = scoreOf(random);
    if (!base || worded.length === 0) return [];
    const words = base.values.map((_, i) => mean(worded.map(({ values }) => values[i]!)));
    const tests = betterThan({ better: find(points, { words: 'table-to-text' }), worse: random, what: '“table-to-text” above random' });
    if (words.length < 2) return tests;
    const spread = swapTest(base.values, words, (a, b) => variance(a) - variance(b));
    const found = `variance over subsets ${variance(base.values).toFixed(2)} at random, ${variance(words).toFixed(2)} from words, ${p(spread.pValue)}`;
    return [...tests, { what: 'random varies more', found, outcome: outcomeOf(spread.statistic, spread.pValue) }];
  },
};

const costs: Tested = {
  text: 'A prefix costs a training step about two thirds of fine-tuning’s time, and stores 0.1% of its bytes.',
  method: 'Ratio of the medians of step times of runs on the same task and model: for up to 0.8, against from 1. Storage: counted on GPT-2 medium, length 5, by formula.',
  testsOf: ({ findings }) => {
    const times = tableToText.flatMap((task) => {
      const seconds = (row: Cell['row']) => find(findings, inTable('table1', row, task, { model: 'gpt2-medium' }))?.runs[0]?.result?.stepSeconds.median;
      const [prefix, fineTune] = [seconds('prefix-0.1%'), seconds('fine-tune')];
      if (prefix === undefined || fineTune === undefined) return [];
      const ratio = prefix / fineTune;
      return [{ what: `${tasks[task].title}: step time of prefix over fine-tuning`, found: `${ratio.toFixed(2)} (${(1000 * prefix).toFixed(0)} ms over ${(1000 * fineTune).toFixed(0)} ms)`, outcome: ratio <= 0.8 ? ('for' as const) : ratio >= 1 ? ('against' as const) : ('undecided' as const) }];
    });
    if (times.length === 0) return [];
    const medium = shapeOf(publishedModels['gpt2-medium']);
    const [kept, all] = [keptParameters('prefix', medium, { length: 5 }), keptParameters('fine-tune', medium)];
    return [...times, { what: 'GPT-2 medium: bytes kept', found: `${kept.toLocaleString('en')} of ${all.toLocaleString('en')} numbers, ${((100 * kept) / all).toFixed(2)}%`, outcome: kept / all < 0.0015 ? 'for' : 'against' }];
  },
};

const sharing: Tested = {
  text: 'Users with different prefixes share one batch (section 8.2).',
  method: 'Inputs of different users decoded in one batch, each with its own prefix, against the same inputs decoded user by user: every output must be the same.',
  testsOf: ({ sharedBatch }) =>
    sharedBatch ? [{ what: `one batch of ${sharedBatch.prompts} inputs with prefixes of ${sharedBatch.prefixes.join(' and ')}`, found: `${sharedBatch.equal} of ${sharedBatch.prompts} outputs equal`, outcome: sharedBatch.equal === sharedBatch.prompts ? 'for' : 'against' }] : [],
};

/** Claims 1 to 9, in the paper's order. */
export const claimTests: readonly Tested[] = [levelWithFineTuning, summarization, lowData, unseenTopics, prefixLength, variants, initialisation, costs, sharing];
