import type { Example } from '@prefix-tuning/datasets';
import { bootstrapInterval, compareSystems, type MeteorParts, type Score, type SuiteResources } from '@prefix-tuning/metrics';
import type { Task } from '../recipe/tasks.js';
import { columnTitle, suiteOf } from './columns.js';
import { mean, tInterval } from './statistics.js';

/** A column's score of one run's outputs, or why there is none. */
export type ColumnScore = { readonly score: Score<unknown>; readonly note?: string } | { readonly missing: string };

/** Scores one run's outputs, column by column. */
export async function scoreOutputs(task: Task, { outputs, examples }: { readonly outputs: readonly string[]; readonly examples: readonly Example[] }, resources: SuiteResources): Promise<ColumnScore[]> {
  const { prepare, columns } = suiteOf(task);
  const subsets = examples.every(({ labels }) => labels.seen) ? { subsets: examples.map(({ labels }) => (labels.seen === 'yes' ? ('seen' as const) : ('unseen' as const))) } : {};
  const prepared = prepare({ hypotheses: outputs, references: examples.map(({ targets }) => targets), ...subsets });
  const scores: ColumnScore[] = [];
  for (const { score } of columns) {
    const found = await score(prepared, resources);
    scores.push('missing' in found ? found : { score: found, ...noteOf(found) });
  }
  return scores;
}

function noteOf({ metric, parts }: Score<unknown>): { note?: string } {
  const missing = metric === 'METEOR' ? (parts as MeteorParts).missingStages : [];
  return missing.length === 0 ? {} : { note: `without ${missing.join(' and ')} matches: not METEOR 1.5's full score` };
}

/** A column of a cell: the mean over its runs, in the paper's unit. */
export interface CellScore {
  readonly column: string;
  readonly higherIsBetter: boolean;
  readonly digits: number;
  readonly value: number;
  /** Of each run. */
  readonly values: readonly number[];
  /** 95%: over runs where there are several, else over test inputs (bootstrap). */
  readonly interval: { readonly low: number; readonly high: number; readonly over: 'runs' | 'inputs' };
  readonly signature: string;
  readonly note?: string;
  /** All runs' segments together, for tests between cells. */
  readonly pooled: Score<unknown>;
}

export type CellColumn = CellScore | { readonly column: string; readonly missing: string };

/** What computes a column that needs a model. */
const neededOptions: Readonly<Record<string, string>> = { MoverScore: '--mover-encoder', BERTScore: '--encoder', BLEURT: '--bleurt' };

/** The columns of a cell from those of its runs. */
export function cellColumns(task: Task, runs: readonly (readonly ColumnScore[])[]): CellColumn[] {
  return suiteOf(task).columns.map(({ name, scale, digits, higherIsBetter }, i): CellColumn => {
    const column = columnTitle(name);
    const found = runs.map((columns) => columns[i]!);
    const missing = found.find((each) => 'missing' in each);
    const option = neededOptions[column];
    if (missing) return { column, missing: option ? `no model was named with ${option}` : (missing as { missing: string }).missing };
    const scores = (found as { score: Score<unknown>; note?: string }[]).map(({ score }) => score);
    const values = scores.map(({ score }) => score * scale);
    const { note } = found[0] as { note?: string };
    return { column, higherIsBetter, digits, value: mean(values), values, interval: intervalOf(scores, values, scale), signature: scores[0]!.signature, ...(note ? { note } : {}), pooled: pool(scores) };
  });
}

function intervalOf(scores: readonly Score<unknown>[], values: readonly number[], scale: number): CellScore['interval'] {
  if (values.length > 1) return { ...tInterval(values), over: 'runs' };
  const { low, high } = bootstrapInterval(scores[0]!.statistics, { samples: 500 });
  return { low: low * scale, high: high * scale, over: 'inputs' };
}

/** The runs' segments one after the other, as if they were one output. */
function pool(scores: readonly Score<unknown>[]): Score<unknown> {
  const [first] = scores as [Score<unknown>];
  return { ...first, segments: scores.flatMap(({ segments }) => segments), statistics: { ...first.statistics, rows: scores.flatMap(({ statistics }) => statistics.rows) } };
}

/**
 * Paired approximate randomisation over test inputs: how likely the difference is if the two are equally good.
 *
 * `compareSystems` counts larger differences alone, as sacrebleu does. Trials in which all or none of the inputs on which
 * the two differ change places have the very same one, so that few such inputs cannot decide anything.
 */
export function compareCells(baseline: CellScore, system: CellScore): { readonly difference: number; readonly pValue: number } | undefined {
  const [theirs, ours] = [baseline.pooled.statistics.rows, system.pooled.statistics.rows];
  if (theirs.length !== ours.length || baseline.signature !== system.signature) return undefined;
  const { pValue } = compareSystems({ baseline: baseline.pooled, system: system.pooled }, { method: 'randomization', samples: 2000 });
  const differing = ours.filter((row, i) => row.some((value, k) => value !== theirs[i]![k])).length;
  return { difference: system.value - baseline.value, pValue: Math.min(1, Math.max(pValue, 2 ** (1 - differing))) };
}
