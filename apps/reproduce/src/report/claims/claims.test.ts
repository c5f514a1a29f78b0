import { expect, test } from 'vitest';
import type { CellFinding } from '../findings.js';
import { claimsOf } from './claims.js';

/** Table 1's fine-tuning and prefix with times of a step. */
const timed = (task: string) => [['fine-tune', 1], ['prefix-0.1%', 0.5]].map(([row, median]) => ({ cell: { exhibit: 'table1', model: 'gpt2-medium', row, task }, failure: undefined, columns: [], runs: [{ result: { stepSeconds: { median } } }] }) as unknown as CellFinding);

test('a claim whose cells were not all run holds no further than it was tested', () => {
  const verdict = (...names: string[]) => claimsOf({ findings: names.flatMap(timed), states: new Map() })[7]!.verdict;
  expect(verdict('e2e', 'webnlg', 'dart')).toBe('holds');
  expect(verdict('e2e')).toBe('holds where tested');
  expect(verdict()).toBe('not tested');
});

const score = (values: number[]) => ({ column: 'BLEU', higherIsBetter: true, digits: 1, value: 0, values });
/** A point of Figure 3 with the scores of its subsets. */
const point = (row: string, examples: number, scores: Record<number, number>) =>
  ({ cell: { exhibit: 'figure3', row, task: 'e2e', examples }, failure: undefined, columns: [score(Object.values(scores))], runs: Object.keys(scores).map((subset) => ({ run: { spec: { seed: 1, sample: { subset: Number(subset) } } } })) }) as unknown as CellFinding;

test('low data compares runs of one subset, and no others', () => {
  const findings = [point('prefix-0.1%', 50, { 0: 30, 1: 40, 2: 50 }), point('fine-tune', 50, { 1: 38 }), point('prefix-0.1%', 100, { 2: 44 }), point('fine-tune', 100, { 0: 10, 2: 40 })];
  const { tests } = claimsOf({ findings, states: new Map() })[2]!;
  expect(tests.map(({ found }) => found)).toEqual([expect.stringContaining('+3.0 BLEU'), expect.stringContaining('+2.00 BLEU')]);
});
