import type { Hyperparameters, MethodName, Objective } from '@prefix-tuning/training';
import type { Cell } from '../recipe/cells.js';
import type { Decoding, Profile, Tuned } from '../recipe/profile.js';
import { methodRows, type MethodRow } from '../recipe/rows.js';
import type { ModelRole, Task, TaskName } from '../recipe/tasks.js';

/** One training run, as plain data: everything that decides it but the bytes of the model and the dataset. */
export interface RunSpec {
  readonly model: ModelRole;
  readonly task: TaskName;
  /** A built-in dataset, or the path of a module. */
  readonly dataset: string;
  readonly options: Readonly<Record<string, string>>;
  readonly kind: Task['kind'];
  readonly method: MethodName;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Adapters: share of the model's parameters, which decides the bottleneck. */
  readonly share?: number;
  /** Real words that the prefix starts from. */
  readonly words?: string;
  readonly objective: Objective;
  readonly batchSize: number;
  readonly hyperparameters: Hyperparameters;
  readonly maxSteps?: number;
  /** Low data: which sample of the training set. */
  readonly sample?: { readonly size: number; readonly subset: number; readonly devShare: number };
  /** Steps between looks at the dev sample, the best of which is kept. */
  readonly everySteps?: number;
  readonly tokens: Profile['tokens'];
  readonly decoding: Decoding;
  /** Test inputs at most; 0 for all. */
  readonly test: number;
  readonly seed: number;
  /** Whether frozen weights are rounded to eight bits. */
  readonly eightBits?: true;
}

export interface SpecOptions {
  readonly profile: Profile;
  readonly tasks: Readonly<Record<string, Task>>;
  /** Instead of the profile's. */
  readonly seeds?: readonly number[] | undefined;
  readonly maxSteps?: number | undefined;
}

/** The runs of a cell: one for each seed, and in low data for each subset. */
export function runsOf(cell: Cell, { profile, tasks, seeds, maxSteps }: SpecOptions): RunSpec[] {
  const task = tasks[cell.task]!;
  const row: MethodRow = methodRows[cell.row];
  const tuned = cell.examples === undefined ? profile.tuned[row.tunedAs][task.tunedAs] : profile.lowData.tuned[row.method === 'prefix' ? 'prefix' : 'fine-tune'][task.tunedAs as 'e2e' | 'xsum'];
  if (!tuned) throw new RangeError(`profile ${profile.name}: no hyperparameters for ${row.tunedAs} on ${task.tunedAs}`);
  const spec: RunSpec = {
    model: cell.model,
    task: cell.task,
    dataset: task.dataset,
    options: task.options,
    kind: task.kind,
    ...methodOf({ cell, row, tuned, profile, kind: task.kind }),
    objective: row.objective,
    batchSize: tuned.batchSize,
    hyperparameters: hyperparametersOf(cell, tuned, profile),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    tokens: profile.tokens,
    decoding: profile.decoding[task.kind],
    test: profile.test,
    seed: 0,
    ...(profile.eightBits ? { eightBits: true } : {}),
  };
  if (cell.examples === undefined) return (seeds ?? profile.seeds).map((seed) => ({ ...spec, seed }));
  const { subsets, seeds: perSubset, devShare, everySteps } = profile.lowData;
  const trainingSeeds = seeds ?? Array.from({ length: perSubset }, (_, i) => i + 1);
  return Array.from({ length: subsets }, (_, subset) => subset).flatMap((subset) =>
    trainingSeeds.map((seed) => ({ ...spec, sample: { size: cell.examples!, subset, devShare }, everySteps, seed })),
  );
}

interface Parts {
  readonly cell: Cell;
  readonly row: MethodRow;
  readonly tuned: Tuned;
  readonly profile: Profile;
  readonly kind: Task['kind'];
}

function methodOf({ cell, row, tuned, profile, kind }: Parts): Pick<RunSpec, 'method' | 'settings' | 'share' | 'words'> {
  const { method } = row;
  if (method === 'adapter') return { method, settings: {}, share: profile.shares[row.tunedAs as 'adapter-3%'] };
  const length = cell.length ?? row.length ?? tuned.length;
  if (length === undefined) return { method, settings: {} };
  const settings = { length, networkWidth: profile.networkWidth[kind] };
  const fromWords = cell.words !== undefined && cell.words !== 'random';
  return fromWords ? { method, settings: { ...settings, initialisation: 'words' }, words: cell.words } : { method, settings };
}

function hyperparametersOf({ examples }: Cell, { learningRate, epochs, steps, labelSmoothing }: Tuned, { lowData }: Profile): Hyperparameters {
  const common = { learningRate, ...(labelSmoothing === undefined ? {} : { labelSmoothing }) };
  if (examples !== undefined) return { ...common, steps: lowData.steps, warmupSteps: lowData.warmupSteps };
  return epochs === undefined ? { ...common, steps: steps! } : { ...common, epochs };
}

/** A name for people and for the command line, such as `e2e_gpt2-medium_prefix-5_table-to-text_n50.0_seed1`. */
export function runId({ task, model, method, settings, share, words, sample, seed }: RunSpec): string {
  const size = settings.length ?? share;
  const parts = [
    task,
    model,
    size === undefined ? method : `${method}-${size}`,
    ...(words ? [words] : []),
    ...(sample ? [`n${sample.size}.${sample.subset}`] : []),
    `seed${seed}`,
  ];
  return parts.join('_');
}
