import { renderTable } from '@prefix-tuning/cli';
import type { DatasetStatistics, SplitStatistics } from './statistics.js';

/** Statistics as text tables: one of sizes and lengths, then the fields and the labels of each split. */
export function renderStatistics({ dataset, title, splits }: DatasetStatistics): string {
  const entries = Object.entries(splits);
  const names = entries.map(([name]) => name);
  const sizes = renderTable([dataset, ...names], rows.map(([label, cell]) => [label, ...entries.map(([, split]) => cell(split))]));
  return [title, '', sizes, ...countTables('field', entries.map(([name, { fields }]) => [name, fields])), ...labelTables(entries)].join('\n');
}

const decimal = (value: number): string => value.toFixed(1);
const whole = (value: number): string => value.toLocaleString('en');

const rows: readonly (readonly [string, (split: SplitStatistics) => string])[] = [
  ['examples (pairs)', ({ pairs }) => whole(pairs)],
  ['inputs with texts', ({ examples }) => whole(examples)],
  ['different inputs', ({ tables }) => whole(tables)],
  ['texts per input, mean', ({ textsPerExample }) => decimal(textsPerExample.mean)],
  ['texts per input, least-most', ({ textsPerExample: { min, max } }) => `${min}-${max}`],
  ['words per source', ({ meanSourceWords }) => decimal(meanSourceWords)],
  ['words per text', ({ meanTargetWords }) => decimal(meanTargetWords)],
  ['words and marks per text', ({ meanTargetTokens }) => decimal(meanTargetTokens)],
  ['fields', ({ fields }) => whole(Object.keys(fields).length)],
];

/** Lists longer than this are cut to their most frequent; the JSON has them all. */
const longest = 20;

type Counts = Readonly<Record<string, number>>;

function countTables(what: string, columns: readonly (readonly [string, Counts])[]): string[] {
  const totals = new Map<string, number>();
  for (const [, counts] of columns) for (const [key, n] of Object.entries(counts)) totals.set(key, (totals.get(key) ?? 0) + n);
  if (totals.size === 0) return [];
  const keys = [...totals].sort((a, b) => b[1] - a[1]).map(([key]) => key);
  const table = renderTable([what, ...columns.map(([name]) => name)], keys.slice(0, longest).map((key) => [key, ...columns.map(([, counts]) => whole(counts[key] ?? 0))]));
  return ['', table, ...(keys.length > longest ? [`and ${whole(keys.length - longest)} more; --json lists them all`] : [])];
}

function labelTables(entries: readonly (readonly [string, SplitStatistics])[]): string[] {
  const labels = new Set(entries.flatMap(([, split]) => Object.keys(split.labels)));
  return [...labels].flatMap((label) => countTables(label, entries.map(([name, split]) => [name, split.labels[label] ?? {}])));
}
