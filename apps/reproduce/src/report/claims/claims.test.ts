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

/** Of another signature than any other, so that no test over inputs is made. */
const score = (values: number[]) => ({ column: 'BLEU', higherIsBetter: true, digits: 1, value: 0, values, signature: values.join(), pooled: { statistics: { rows: [] } } });
const point = (cell: object, scores: Record<number, number>) => {
  const runs = Object.keys(scores).map((subset) => ({ run: { spec: { seed: 1, sample: { subset: Number(subset) } } } }));
  return { cell: { task: 'e2e', ...cell }, failure: undefined, columns: [score(Object.values(scores))], runs } as unknown as CellFinding;
};

test('claims on low data compare runs of one subset, and no others', () => {
  const curve = (row: string) => (examples: number, scores: Record<number, number>) => point({ exhibit: 'figure3', row, examples }, scores);
  const [prefix, fineTune] = [curve('prefix-0.1%'), curve('fine-tune')];
  const gaps = [prefix(50, { 0: 30, 1: 40, 2: 50 }), fineTune(50, { 1: 38 }), prefix(100, { 2: 44 }), fineTune(100, { 0: 10, 2: 40 })];
  const starts = [point({ exhibit: 'figure5', words: 'random' }, { 0: 1, 1: 5, 2: 9 }), point({ exhibit: 'figure5', words: 'table-to-text' }, { 0: 4, 2: 4 })];
  const claims = claimsOf({ findings: [...gaps, ...starts], states: new Map() });
  const found = (number: number) => claims[number - 1]!.tests.map((each) => each.found);
  expect(found(3)).toEqual([expect.stringContaining('+3.0 BLEU'), expect.stringContaining('+2.00 BLEU')]);
  expect(claims.flatMap(({ tests }) => tests).map((each) => each.found)).toContainEqual(expect.stringContaining('variance over subsets 32.00 at random, 0.00 from “table-to-text”'));
});
