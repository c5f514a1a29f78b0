import type { Cell } from '../../recipe/cells.js';
import { tasks } from '../../recipe/tasks.js';
import type { CellFinding } from '../findings.js';
import { centred, signFlipTest, slopeTest, swapTest, variance } from '../statistics.js';
import type { ClaimTest } from './claims.js';
import { betterThan, find, inTable, outcomeOf, p, randomisation, scoreOf, signed, valueLike, type Tested } from './common.js';

/** (training size, prefix less fine-tuning) of each subset and seed. */
function lowDataGains(findings: readonly CellFinding[], task: Cell['task']): [number, number][] {
  const prefixes = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'figure3' && cell.task === task && cell.row !== 'fine-tune');
  return prefixes.flatMap((prefix) => {
    const fineTune = find(findings, inTable('figure3', 'fine-tune', task, { examples: prefix.cell.examples! }));
    return prefix.runs.flatMap((run): [number, number][] => {
      const [ours, theirs] = [valueLike(prefix, run), valueLike(fineTune, run)];
      return ours === undefined || theirs === undefined ? [] : [[prefix.cell.examples!, ours - theirs]];
    });
  });
}

export const lowData: Tested = {
  text: 'In low data prefix-tuning beats fine-tuning (2.9 BLEU on average on E2E), and the gap narrows with size (Figure 3).',
  method: 'Sign-flip test over subsets, paired; permutation test of the slope of the gap over log(size).',
  count: 2,
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

export const prefixLength: Tested = {
  text: 'Longer prefixes help up to a threshold, then hurt slightly (Figure 4).',
  method: `The best length against the shortest and the longest. ${randomisation} The best is chosen by the same scores, which favours the claim.`,
  count: 4,
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

export const initialisation: Tested = {
  text: 'Starting from real words beats a random start in low data, and lowers the variance (Figure 5).',
  method: `The task's own words against random. Mean: paired approximate randomisation over test inputs. Variance: swap test over subsets of what each differs by from its group's mean.`,
  count: 2,
  testsOf: ({ findings }) => {
    const points = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'figure5');
    const random = find(points, { words: 'random' });
    const worded = find(points, { words: 'table-to-text' });
    if (!random || !scoreOf(random) || !worded || !scoreOf(worded)) return [];
    const pairs = random.runs.flatMap((run) => {
      const values = [random, worded].map((point) => valueLike(point, run));
      return values.includes(undefined) ? [] : [values as [number, number]];
    });
    const [base, words] = [0, 1].map((group) => pairs.map((pair) => pair[group]!)) as [number[], number[]];
    const tests = betterThan({ better: worded, worse: random, what: '“table-to-text” above random' });
    if (pairs.length < 2) return tests;
    const spread = swapTest(centred(base), centred(words), (a, b) => variance(a) - variance(b));
    const found = `variance over subsets ${variance(base).toFixed(2)} at random, ${variance(words).toFixed(2)} from “table-to-text”, ${p(spread.pValue)}`;
    return [...tests, { what: 'random varies more', found, outcome: outcomeOf(spread.statistic, spread.pValue) }];
  },
};
