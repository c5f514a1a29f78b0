import type { Example } from '@prefix-tuning/datasets';
import type { SuiteResources } from '@prefix-tuning/metrics';
import type { Plan, PlannedCell, PlannedRun } from '../plan/plan.js';
import type { Cell } from '../recipe/cells.js';
import type { Task, TaskName } from '../recipe/tasks.js';
import type { RunResult } from '../run/record.js';
import { cellColumns, scoreOutputs, type CellColumn, type ColumnScore } from './scores.js';

/** What is known of one planned run. */
export interface RunState {
  readonly run: PlannedRun;
  readonly folder: string;
  readonly result: RunResult | undefined;
  /** Why there is no result. */
  readonly reason: string | undefined;
}

/** A cell with what its runs gave. */
export interface CellFinding {
  readonly cell: Cell;
  readonly runs: readonly RunState[];
  /** Empty where a run failed. */
  readonly columns: readonly CellColumn[];
  readonly failure: string | undefined;
}

export interface FindingsInput {
  readonly plan: Plan;
  readonly states: ReadonlyMap<string, RunState>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly examples: ReadonlyMap<TaskName, readonly Example[]>;
  readonly resources: SuiteResources;
}

/** Scores every run once, and puts the scores together cell by cell. */
export async function findingsOf({ plan, states, tasks, examples, resources }: FindingsInput): Promise<CellFinding[]> {
  const scores = new Map<string, ColumnScore[]>();
  for (const { run, result } of states.values()) {
    if (!result) continue;
    const { task } = run.spec;
    scores.set(run.id, await scoreOutputs(tasks[task]!, { outputs: result.outputs, examples: examples.get(task)! }, resources));
  }
  const known = new Map<string, CellColumn[]>();
  return plan.cells.map((planned) => findingOf(planned, { states, tasks, scores, known }));
}

interface Known {
  readonly states: ReadonlyMap<string, RunState>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly scores: ReadonlyMap<string, readonly ColumnScore[]>;
  /** Columns of runs that several cells share. */
  readonly known: Map<string, CellColumn[]>;
}

function findingOf({ cell, runs: ids }: PlannedCell, { states, tasks, scores, known }: Known): CellFinding {
  const runs = ids.map((id) => states.get(id)!);
  const failed = runs.find(({ result }) => !result);
  if (failed) return { cell, runs, columns: [], failure: failed.reason ?? 'it did not run' };
  const key = ids.join(' ');
  const columns = known.get(key) ?? cellColumns(tasks[cell.task]!, ids.map((id) => scores.get(id)!));
  known.set(key, columns);
  return { cell, runs, columns, failure: undefined };
}
