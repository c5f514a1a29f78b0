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
