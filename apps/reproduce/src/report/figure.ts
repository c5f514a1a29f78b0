import type { Cell, ExhibitId } from '../recipe/cells.js';
import type { FigureExhibit } from '../recipe/exhibits.js';
import { methodRows } from '../recipe/rows.js';
import type { Task } from '../recipe/tasks.js';
import type { CellFinding } from './findings.js';

/** A point of a curve: the mean over runs, its 95% interval, and the runs. */
export interface Point {
  readonly x: number | string;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly runs: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface ChartData {
  readonly task: string;
  readonly column: string;
  readonly higherIsBetter: boolean;
  readonly x: FigureExhibit['x'];
  readonly series: readonly Series[];
}

export interface FigureData {
  readonly id: ExhibitId;
  readonly title: string;
  /** What the paper's figure shows. */
  readonly paper: string;
  readonly charts: readonly ChartData[];
  /** Points that have no value, each with its reason. */
  readonly missing: readonly string[];
}

/** A figure from the findings of its points. */
export function figureData(findings: readonly CellFinding[], { id, exhibit, tasks }: { readonly id: ExhibitId; readonly exhibit: FigureExhibit; readonly tasks: Readonly<Record<string, Task>> }): FigureData {
  const charts = exhibit.charts.flatMap(({ task, columns }) => {
    const own = findings.filter(({ cell }) => cell.task === task);
    return own.length === 0 ? [] : columns.map((column) => chartData(own, { column, x: exhibit.x, title: tasks[task]!.title }));
  });
  const missing = findings.filter(({ failure }) => failure !== undefined).map(({ cell, failure }) => `${cell.task}, ${seriesName(cell, exhibit.x)} at ${xOf(cell, exhibit.x)}: ${failure}`);
  return { id, title: exhibit.title, paper: exhibit.paper, charts, missing };
}

const xOf = ({ examples, length, words }: Cell, x: FigureExhibit['x']): number | string => ({ examples, length, words })[x]!;

/** The curves of a figure are methods; where one method varies, there is one curve. */
const seriesName = ({ row }: Cell, x: FigureExhibit['x']): string => (x === 'examples' ? (row === 'fine-tune' ? 'Fine-tune' : 'Prefix') : methodRows[row].title.replace(/ .*/, ''));

function chartData(findings: readonly CellFinding[], { column, x, title }: { column: string; x: FigureExhibit['x']; title: string }): ChartData {
  const series = new Map<string, Point[]>();
  let higherIsBetter = true;
  for (const { cell, columns } of findings) {
    const score = columns.find((each) => each.column === column);
    if (!score || 'missing' in score) continue;
    higherIsBetter = score.higherIsBetter;
    const { low, high } = score.interval;
    const point = { x: xOf(cell, x), y: score.value, low, high, runs: score.values };
    const name = seriesName(cell, x);
    series.set(name, [...(series.get(name) ?? []), point]);
  }
  return { task: title, column, higherIsBetter, x, series: [...series].map(([name, points]) => ({ name, points })) };
}
