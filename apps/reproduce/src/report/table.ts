import type { ExhibitId } from '../recipe/cells.js';
import { modelTitles, type TableExhibit } from '../recipe/exhibits.js';
import { paperValues } from '../recipe/paper.js';
import { methodRows } from '../recipe/rows.js';
import type { ModelRole, Task, TaskName } from '../recipe/tasks.js';
import type { RunResult } from '../run/record.js';
import { columnTitle, suiteOf } from './columns.js';
import type { CellFinding } from './findings.js';
import { compareCells, type CellColumn, type CellScore } from './scores.js';

/** A number of a table: ours, the paper's, and how it stands to the baseline. */
export interface TableCell {
  /** Our value as the paper would write it; undefined if there is none. */
  readonly text: string | undefined;
  readonly value?: number;
  /** Why there is no value. */
  readonly missing?: { readonly kind: 'failed' | 'not computed' | 'not selected'; readonly reason?: string };
  readonly note?: string;
  readonly interval?: { readonly low: string; readonly high: string; readonly over: 'runs' | 'inputs' };
  readonly paper?: string;
  /** Ours less the paper's. */
  readonly difference?: string;
  /** Against the baseline row, where the difference is significant at 0.05. */
  readonly mark?: 'better' | 'worse';
  readonly pValue?: number;
  readonly signature?: string;
}

export interface TableRow {
  readonly title: string;
  readonly cells: readonly TableCell[];
  /** By task, the share of the model's parameters that is kept: in a small model a prefix of 0.1% by name is more. */
  readonly shares: readonly (number | undefined)[];
  /** Runs behind the row, by task. */
  readonly runs: readonly (readonly string[])[];
}

export interface TableData {
  readonly id: ExhibitId;
  readonly title: string;
  readonly caption: string;
  readonly baseline: string;
  /** Column names by task. */
  readonly columns: readonly { readonly title: string; readonly names: readonly string[] }[];
  readonly groups: readonly { readonly model: ModelRole; readonly rows: readonly TableRow[] }[];
  /** Why cells have no value, each reason once. */
  readonly missing: readonly string[];
}

export interface TableContext {
  readonly id: ExhibitId;
  readonly exhibit: TableExhibit;
  readonly tasks: Readonly<Record<string, Task>>;
}

/** A table from the findings of its cells: rows by method, in groups by model; columns by task. */
export function tableData(findings: readonly CellFinding[], { id, exhibit, tasks }: TableContext): TableData {
  const names = [...new Set(findings.map(({ cell }) => cell.task))];
  const models = [...new Set(findings.map(({ cell }) => cell.model))];
  const columns = names.map((task) => ({ title: tasks[task]!.title, names: suiteOf(tasks[task]!).columns.map(({ name }) => columnTitle(name)) }));
  const groups = models.map((model) => {
    const own = findings.filter(({ cell }) => cell.model === model);
    const rows = [...new Set(own.map(({ cell }) => cell.row))];
    return { model, rows: rows.map((row) => rowData(own, { row, names, exhibit, tasks })) };
  });
  return {
    id,
    title: exhibit.title,
    caption: exhibit.paper,
    baseline: methodRows[exhibit.baseline].title,
    columns,
    groups,
    missing: [...new Set(findings.flatMap((finding) => reasonsOf(finding, tasks[finding.cell.task]!)))],
  };
}

function reasonsOf({ cell, columns, failure }: CellFinding, task: Task): string[] {
  if (failure !== undefined) return [`${task.title}, ${methodRows[cell.row].title} on ${modelTitles[cell.model]}: failed: ${failure}`];
  return columns.flatMap((column) => ('missing' in column ? [`${task.title}, ${column.column}: not computed: ${column.missing}`] : []));
}

interface RowContext {
  readonly row: CellFinding['cell']['row'];
  readonly names: readonly TaskName[];
  readonly exhibit: TableExhibit;
  readonly tasks: Readonly<Record<string, Task>>;
}

function rowData(findings: readonly CellFinding[], { row, names, exhibit, tasks }: RowContext): TableRow {
  const find = (task: TaskName, name: string) => findings.find(({ cell }) => cell.task === task && cell.row === name);
  const cells = names.flatMap((task) => {
    const finding = find(task, row);
    const baseline = row === exhibit.baseline ? undefined : find(task, exhibit.baseline);
    return suiteOf(tasks[task]!).columns.map((column, i): TableCell => (finding ? cellData(finding, { baseline, i, digits: column.digits }) : { text: undefined, missing: { kind: 'not selected' } }));
  });
  const runs = names.map((task) => find(task, row)?.runs ?? []);
  return { title: methodRows[row].title, cells, shares: runs.map(([first]) => shareOf(first?.result)), runs: runs.map((own) => own.map(({ run }) => run.id)) };
}

const shareOf = (result: RunResult | undefined) => result && result.parameters.kept / result.parameters.model;

function cellData({ cell, columns, failure }: CellFinding, { baseline, i, digits }: { baseline: CellFinding | undefined; i: number; digits: number }): TableCell {
  const published = paperValues(cell)?.[i] ?? undefined;
  const paper = published === undefined ? {} : { paper: published.toFixed(digits) };
  if (failure !== undefined) return { text: undefined, missing: { kind: 'failed', reason: failure }, ...paper };
  const column = columns[i]!;
  if ('missing' in column) return { text: undefined, missing: { kind: 'not computed', reason: column.missing }, ...paper };
  const { value, interval, note, signature } = column;
  return {
    text: value.toFixed(digits),
    value,
    interval: { low: fixed(interval.low, digits), high: fixed(interval.high, digits), over: interval.over },
    signature,
    ...(note ? { note } : {}),
    ...paper,
    ...(published === undefined ? {} : { difference: signed(value - published, digits) }),
    ...markOf(column, baseline?.columns[i]),
  };
}

/** With a minus sign, since a hyphen beside a dash reads badly. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');
const signed = (value: number, digits: number): string => `${value < 0 ? '' : '+'}${fixed(value, digits)}`;

function markOf(score: CellScore, baseline: CellColumn | undefined): Pick<TableCell, 'mark' | 'pValue'> {
  if (!baseline || 'missing' in baseline) return {};
  const compared = compareCells(baseline, score);
  if (!compared) return {};
  const { difference, pValue } = compared;
  if (pValue >= 0.05) return { pValue };
  return { pValue, mark: difference > 0 === score.higherIsBetter ? 'better' : 'worse' };
}
