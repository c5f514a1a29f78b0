import type { Example } from '@prefix-tuning/datasets';
import { methodSizes, type MethodSize } from '@prefix-tuning/training';
import { relative, join, sep } from 'node:path';
import type { Options } from '../options.js';
import { describeRun } from '../plan/list.js';
import { exhibitsOf, type Plan } from '../plan/plan.js';
import type { ExhibitId } from '../recipe/cells.js';
import { exhibits, modelTitles } from '../recipe/exhibits.js';
import { paper } from '../recipe/paper.js';
import type { ModelRole, TaskName } from '../recipe/tasks.js';
import type { DataSources } from '../sources/data.js';
import type { ModelSources } from '../sources/models.js';
import type { SharedBatch } from '../run/shared-batch.js';
import { claimsOf, type Claim } from './claims/claims.js';
import { costRows, type CostRow } from './costs.js';
import { lowDataExample, spreadExamples, webnlgExamples, type SideBySide } from './examples.js';
import { figureData, type FigureData } from './figure.js';
import type { CellFinding, RunState } from './findings.js';
import { describeMachine, versionsOf } from './machine.js';
import { tableData, type TableData } from './table.js';

/** One run, with where its files are and what remakes it. */
export interface RunRow {
  readonly id: string;
  readonly exhibits: readonly string[];
  /** Task, model, method with its settings, learning rate, length of training, batch size, objective. */
  readonly settings: readonly string[];
  readonly failure: string | undefined;
  readonly steps?: number;
  readonly keptStep?: number;
  readonly loss?: number;
  readonly seconds?: number;
  /** Relative to the report's folder, as links are written. */
  readonly folder: string;
  /** In that folder: what the run wrote, or why it failed. */
  readonly files: readonly string[];
  readonly command: string;
  readonly curve: readonly (readonly [number, number])[];
}

export interface ExamplesData {
  readonly id: ExhibitId;
  readonly title: string;
  readonly caption: string;
  readonly items: readonly SideBySide[];
}

export type ExhibitData = ({ readonly kind: 'table' } & TableData) | ({ readonly kind: 'figure' } & FigureData & { readonly example?: SideBySide }) | ({ readonly kind: 'examples' } & ExamplesData);

/** Everything a reproduction found out, as plain data: what `report.json` holds. */
export interface Report {
  readonly profile: string;
  /** Title of the dataset of one's own that this is about. */
  readonly own: string | undefined;
  readonly scale: string;
  readonly source: string;
  readonly command: string;
  readonly seeds: string;
  readonly exhibits: readonly ExhibitData[];
  /** Outputs side by side, of a dataset of one's own. */
  readonly outputs: readonly SideBySide[];
  readonly claims: readonly Claim[];
  readonly costs: readonly CostRow[];
  /** By formula, on the paper's models. */
  readonly sizes: readonly MethodSize[];
  readonly models: readonly { readonly role: string; readonly name: string; readonly parameters: number | undefined; readonly hash: string }[];
  readonly data: readonly { readonly dataset: string; readonly origin: string; readonly tested: number; readonly hash: string }[];
  readonly runs: readonly RunRow[];
  readonly signatures: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly table5: typeof paper.table5;
}

export interface ReportInput {
  readonly options: Options;
  readonly plan: Plan;
  readonly states: ReadonlyMap<string, RunState>;
  readonly findings: readonly CellFinding[];
  readonly examples: ReadonlyMap<TaskName, readonly Example[]>;
  readonly models: ModelSources;
  readonly data: DataSources;
  readonly sharedBatch: SharedBatch | undefined;
  readonly command: string;
}

export function makeReport(input: ReportInput): Report {
  const { options, plan, states, findings, models, data, examples } = input;
  const { profile, tasks } = options;
  const results = [...states.values()];
  const testedOf = (dataset: string) => Math.max(0, ...[...examples].filter(([task]) => tasks[task]?.dataset === dataset).map(([, list]) => list.length));
  return {
    profile: profile.name,
    own: tasks.own?.title,
    scale: scaleOf(options),
    source: paper.source,
    command: input.command,
    seeds: seedsText(plan),
    outputs: ownExamples(input),
    exhibits: exhibitsOf(plan).map((id) => exhibitData(id, input)),
    claims: options.tasks.own ? [] : claimsOf({ findings, states, sharedBatch: input.sharedBatch }),
    costs: costRows(findings, tasks),
    sizes: methodSizes(),
    models: Object.entries(models).map(([role, { name, hash }]) => ({ role: modelTitles[role as ModelRole], name, hash, parameters: results.find(({ run, result }) => run.spec.model === role && result)?.result?.parameters.model })),
    data: Object.entries(data).map(([dataset, { origin, folder, hash }]) => ({ dataset: dataset === tasks.own?.dataset ? tasks.own.title : dataset, origin: origin === 'mini' ? 'written by this project in the original format' : folder, tested: testedOf(dataset), hash })),
    runs: results.map((state) => runRow(state, input)),
    signatures: signaturesOf(findings, options),
    notes: notesOf(findings),
    machine: describeMachine(),
    versions: versionsOf(),
    table5: paper.table5,
  };
}

function exhibitData(id: ExhibitId, { findings, options: { tasks }, examples }: ReportInput): ExhibitData {
  const exhibit = exhibits[id];
  const own = findings.filter(({ cell }) => cell.exhibit === id);
  const textsOf = (task: TaskName) => examples.get(task) ?? [];
  if (exhibit.kind === 'table') return { kind: 'table', ...tableData(own, { id, exhibit, tasks }) };
  if (exhibit.kind === 'examples') return { kind: 'examples', id, title: exhibit.title, caption: exhibit.paper, items: webnlgExamples(own, textsOf('webnlg')) };
  const example = id === 'figure3' ? lowDataExample(own.filter(({ cell }) => cell.task === 'e2e'), textsOf('e2e')) : undefined;
  return { kind: 'figure', ...figureData(own, { id, exhibit, tasks }), ...(example ? { example } : {}) };
}

/** A report of one's own dataset shows what the models wrote, since no Table 6 does. */
const ownExamples = ({ findings, options, examples }: ReportInput): SideBySide[] =>
  options.tasks.own ? spreadExamples(findings, { task: options.tasks.own, examples: examples.get('own') ?? [] }) : [];

/** What the profile's numbers are, and what the command line changed of it: a trial is not the paper's setting. */
function scaleOf({ profile, deciding }: Options): string {
  const changed = deciding.flatMap((argument, i) => (/^--(model|data|set|max-steps)$/.test(argument) ? [`${argument} ${deciding[i + 1]}`] : []));
  return changed.length === 0 ? profile.scale : `${profile.scale} Changed on the command line: ${changed.join(', ')}.`;
}

function seedsText({ runs }: Plan): string {
  const [seeds, subsets] = [new Set(runs.map(({ spec }) => spec.seed)), new Set(runs.flatMap(({ spec }) => spec.sample?.subset ?? []))];
  return `training seeds ${[...seeds].join(', ')}${subsets.size > 0 ? `; low-data subsets ${[...subsets].join(', ')}` : ''}`;
}

/** Of {@link RunRow.settings}. */
export const settingNames = ['task', 'model', 'method', 'learning rate', 'training', 'batch', 'objective'] as const;

/** A run's file by its name alone, such as `log`. */
export const fileTitle = (file: string): string => file.replace(/\/$/, '').replace(/^.*\//, '').replace(/\.\w+$/, '');

/** Outputs, record, training's log and settings, and the folder of what the method keeps. */
const outputFiles = ['outputs.txt', 'result.json', 'training/log.jsonl', 'training/settings.json', 'training/tuned/'];

function runRow({ run, folder, result, reason }: RunState, { plan, options }: ReportInput): RunRow {
  const shown = plan.cells.filter(({ runs }) => runs.includes(run.id)).map(({ cell }) => cell.exhibit);
  const common = {
    id: run.id,
    exhibits: [...new Set(shown)],
    settings: describeRun(run.spec),
    folder: linkTo(folder, join(options.out, 'report')),
    command: commandOf([...options.deciding, '--run', run.id, '--seeds', String(run.spec.seed), '--fresh']),
  };
  if (!result) return { ...common, files: ['failure.json'], failure: reason ?? 'it did not run', curve: [] };
  const { steps, keptStep, curve, seconds } = result;
  return { ...common, files: outputFiles, failure: undefined, steps, keptStep, loss: curve.at(-1)?.[1] ?? NaN, seconds: seconds.train + seconds.decode, curve };
}

/** A path as links have it, on every system. */
export const linkTo = (path: string, from: string): string => relative(from, path).replaceAll(sep, '/');

/** The command line of these arguments, as a shell reads it. */
export const commandOf = (args: readonly string[]): string => ['npm run reproduce', ...(args.length > 0 ? ['--', ...args.map(quoted)] : [])].join(' ');

function quoted(argument: string): string {
  if (/^[\w./:=,%@+-]+$/.test(argument)) return argument;
  // Windows' shell knows double quotes alone.
  return process.platform === 'win32' ? `"${argument.replaceAll('"', '\\"')}"` : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** Each column's signature, once for each task. */
function signaturesOf(findings: readonly CellFinding[], { tasks }: Options): [string, string][] {
  const found = new Map<string, string>();
  for (const { cell, columns } of findings) {
    for (const column of columns) if (!('missing' in column)) found.set(`${tasks[cell.task]!.title}, ${column.column}`, column.signature);
  }
  return [...found];
}

function notesOf(findings: readonly CellFinding[]): string[] {
  const notes = findings.flatMap(({ columns }) => columns.flatMap((column) => ('missing' in column ? [`${column.column}: not computed, ${column.missing}`] : column.note ? [`${column.column}: ${column.note}`] : [])));
  return [...new Set(notes)];
}
