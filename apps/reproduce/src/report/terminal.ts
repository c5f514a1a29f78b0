import { renderTable } from '@prefix-tuning/cli';
import { modelTitles } from '../recipe/exhibits.js';
import type { Report } from './report.js';
import type { TableCell, TableData } from './table.js';

/** What the terminal shows at the end: every table, and the verdicts. */
export function terminalSummary({ exhibits, claims, scale }: Report): string {
  const tables = exhibits.flatMap((exhibit) => (exhibit.kind === 'table' ? [`${exhibit.title}\n\n${terminalTable(exhibit)}`] : []));
  const tested = claims.filter(({ verdict }) => verdict !== 'not tested');
  const verdicts = tested.map(({ number, text, verdict }) => [`${number}. ${text}`, verdict]);
  return [...tables, ...(tested.length > 0 ? [renderTable(['claim', 'verdict'], verdicts)] : []), scale].join('\n\n');
}

function terminalTable({ groups, columns }: TableData): string {
  return columns
    .map(({ title, names }, c) => {
      const offset = columns.slice(0, c).reduce((sum, each) => sum + each.names.length, 0);
      const rows = groups.flatMap(({ model, rows }) => rows.flatMap((row) => terminalRows(`${modelTitles[model]}, ${row.title}`, row.cells.slice(offset, offset + names.length))));
      return renderTable([title, ...names], rows);
    })
    .join('\n\n');
}

function terminalRows(title: string, cells: readonly TableCell[]): string[][] {
  if (cells.every(({ missing }) => missing?.kind === 'not selected')) return [];
  const mark = { better: '+', worse: '-' };
  const ours = [title, ...cells.map(({ text, missing, mark: sign }) => (text === undefined ? (missing?.kind === 'failed' ? 'failed' : '-') : `${text}${sign ? mark[sign] : ''}`))];
  return cells.some(({ paper }) => paper !== undefined) ? [ours, ['  paper', ...cells.map(({ paper }) => paper ?? '')]] : [ours];
}
