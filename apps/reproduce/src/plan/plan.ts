import { ConfigError } from '@prefix-tuning/base';
import { recipe, type Cell, type ExhibitId } from '../recipe/cells.js';
import { methodRows } from '../recipe/rows.js';
import { runId, runsOf, type RunSpec, type SpecOptions } from './run.js';

export interface PlannedRun {
  readonly id: string;
  readonly spec: RunSpec;
}

export interface PlannedCell {
  readonly cell: Cell;
  /** Ids of its runs: one for each seed and subset. */
  readonly runs: readonly string[];
}

/** Cells, and the runs that they need: cells that are equal in all that decides them share a run. */
export interface Plan {
  readonly cells: readonly PlannedCell[];
  readonly runs: readonly PlannedRun[];
}

/** What the user asked for; everything unless given. */
export interface Selection {
  readonly only?: readonly string[];
  /** Datasets or tasks. */
  readonly dataset?: readonly string[];
  /** Methods, or rows such as `prefix-0.1%`. */
  readonly method?: readonly string[];
  /** Ids of runs. */
  readonly run?: readonly string[];
}

/**
 * Plans the selected cells.
 *
 * @throws ConfigError  naming what there is, if nothing fits the selection
 */
export function makePlan(selection: Selection, options: SpecOptions): Plan {
  const { sizes } = options.profile.lowData;
  const all = recipe({ sizes, lengths: options.profile.lengths }, { own: options.tasks.own !== undefined });
  checkNames(selection, all, options);
  const runs = new Map<string, PlannedRun>();
  const cells = all.filter((cell) => isSelected(cell, selection, options)).flatMap((cell): PlannedCell[] => {
    const planned = runsOf(cell, options).map((spec) => ({ id: runId(spec), spec })).filter(({ id }) => selection.run?.includes(id) ?? true);
    for (const run of planned) addRun(runs, run);
    return planned.length === 0 ? [] : [{ cell, runs: planned.map(({ id }) => id) }];
  });
  const unknown = selection.run?.find((id) => !runs.has(id));
  if (unknown !== undefined) throw new ConfigError(`--run: expected names of runs of the selected cells, as reports give them, got ${unknown}.`);
  if (cells.length === 0) throw new ConfigError('reproduce: expected a selection with at least one cell, got none. See --list.');
  return { cells, runs: [...runs.values()] };
}

/** Two runs of one name must be one run. */
function addRun(runs: Map<string, PlannedRun>, run: PlannedRun): void {
  const there = runs.get(run.id);
  if (there && JSON.stringify(there.spec) !== JSON.stringify(run.spec)) {
    throw new RangeError(`plan: two different runs are called ${run.id}: ${JSON.stringify(there.spec)}, ${JSON.stringify(run.spec)}`);
  }
  runs.set(run.id, run);
}

function isSelected({ exhibit, task, row }: Cell, { only, dataset, method }: Selection, { tasks }: SpecOptions): boolean {
  const fits = (asked: readonly string[] | undefined, ...names: string[]) => asked === undefined || asked.some((name) => names.includes(name));
  return fits(only, exhibit) && fits(dataset, task, tasks[task]!.dataset) && fits(method, row, methodRows[row].method);
}

function checkNames(selection: Selection, cells: readonly Cell[], { tasks }: SpecOptions): void {
  const known = {
    only: new Set<string>(cells.map(({ exhibit }) => exhibit)),
    dataset: new Set<string>(cells.flatMap(({ task }) => [task, tasks[task]!.dataset])),
    method: new Set<string>(cells.flatMap(({ row }) => [row, methodRows[row].method])),
  };
  for (const option of ['only', 'dataset', 'method'] as const) {
    const wrong = selection[option]?.find((name) => !known[option].has(name));
    if (wrong !== undefined) throw new ConfigError(`--${option}: expected some of ${[...known[option]].join(', ')}, got ${wrong}.`);
  }
}

/** The exhibits of a plan, in the paper's order. */
export const exhibitsOf = ({ cells }: Plan): ExhibitId[] => [...new Set(cells.map(({ cell }) => cell.exhibit))];
