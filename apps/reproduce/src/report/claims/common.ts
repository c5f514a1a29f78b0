import type { Cell } from '../../recipe/cells.js';
import { tasks } from '../../recipe/tasks.js';
import type { CellFinding, RunState } from '../findings.js';
import { compareCells, type CellScore } from '../scores.js';
import type { ClaimContext, ClaimTest } from './claims.js';

/** A claim with the tests that decide it. */
export interface Tested {
  readonly text: string;
  readonly method: string;
  /** Tests of the whole claim. */
  readonly count: number;
  readonly testsOf: (context: ClaimContext) => ClaimTest[];
}

type Wanted = Partial<Cell>;
export const tableToText = ['e2e', 'webnlg', 'dart'] as const;

const fits = (cell: Cell, wanted: Wanted) => Object.entries(wanted).every(([key, value]) => cell[key as keyof Cell] === value);
export const find = (findings: readonly CellFinding[], wanted: Wanted) => findings.find(({ cell, failure }) => failure === undefined && fits(cell, wanted));

/** The column that a claim goes by; the task's headline unless named. */
export function scoreOf(finding: CellFinding | undefined, column?: string): CellScore | undefined {
  if (!finding) return undefined;
  const index = (tasks as Record<string, { headline: number }>)[finding.cell.task]?.headline ?? 0;
  const found = column === undefined ? finding.columns[index] : finding.columns.find((each) => each.column === column);
  return found && !('missing' in found) ? found : undefined;
}

/** The score of a cell's run with the subset and seed of another cell's; undefined where it was not run, as `--run` can have it. */
export function valueLike(finding: CellFinding | undefined, { run: { spec } }: RunState): number | undefined {
  const i = finding?.runs.findIndex(({ run }) => run.spec.seed === spec.seed && run.spec.sample?.subset === spec.sample?.subset) ?? -1;
  return scoreOf(finding)?.values[i];
}

export const p = (value: number): string => (value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`);
export const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

/** Points that a system may trail and still be level. */
export const level = 1;

interface Pair {
  readonly better: CellFinding | undefined;
  readonly worse: CellFinding | undefined;
  readonly what: string;
  readonly column?: string;
  /** Enough that it is not significantly below, and trails by no more than `level`. */
  readonly orLevel?: boolean;
}

/** Is one cell better than another? Nothing if one of them was not run. */
export function betterThan({ better, worse, what, column, orLevel = false }: Pair): ClaimTest[] {
  const [system, baseline] = [scoreOf(better, column), scoreOf(worse, column)];
  const compared = system && baseline && compareCells(baseline, system);
  if (!compared) return [];
  const gain = compared.difference * (system.higherIsBetter ? 1 : -1);
  const significant = compared.pValue < 0.05;
  const reached = orLevel ? gain >= -level && !(significant && gain < 0) : significant && gain > 0;
  const outcome = reached ? 'for' : significant && gain < 0 ? 'against' : 'undecided';
  return [{ what, found: `${signed(compared.difference, Math.max(1, system.digits))} ${system.column}, ${p(compared.pValue)}`, outcome }];
}

export const inTable = (exhibit: Cell['exhibit'], row: Cell['row'], task: Cell['task'], rest: Wanted = {}): Wanted => ({ exhibit, row, task, ...rest });
export const randomisation = 'Paired approximate randomisation over test inputs (2,000 trials), two-sided, 0.05.';


export const outcomeOf = (gain: number, pValue: number): ClaimTest['outcome'] => (pValue >= 0.05 ? 'undecided' : gain > 0 ? 'for' : 'against');
