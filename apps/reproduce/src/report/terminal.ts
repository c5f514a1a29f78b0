import { renderTable } from '@prefix-tuning/cli';
import { modelTitles } from '../recipe/exhibits.js';
import type { Report } from './report.js';
import type { TableCell, TableData } from './table.js';

/** What the terminal shows at the end: every table, and the verdicts. */
export function terminalSummary({ exhibits, claims, scale }: Pick<Report, 'exhibits' | 'claims' | 'scale'>): string {
  const tables = exhibits.flatMap((exhibit) => (exhibit.kind === 'table' ? [`${exhibit.title}\n\n${terminalTable(exhibit)}`] : []));
  const tested = claims.filter(({ verdict }) => verdict !== 'not tested');
  const verdicts = tested.map(({ number, text, verdict }) => `${number}. ${verdict}: ${text}`);
  return [...tables, ...(tested.length > 0 ? [`The paper’s claims\n\n${verdicts.join('\n')}`] : []), scale].join('\n\n');
}

/** Eighty columns wide at most: WebNLG has nine numbers a row. */
function terminalTable({ groups, columns, baseline }: TableData): string {
  const parts = columns.map(({ title, names }, c) => {
    const offset = columns.slice(0, c).reduce((sum, each) => sum + each.names.length, 0);
    const rows = groups.flatMap(({ model, rows }) => {
      const own = rows.flatMap((row) => terminalRows(row.title, row.cells.slice(offset, offset + names.length)));
      return own.length === 0 ? [] : [[modelTitles[model]], ...own];
    });
    return renderTable([title, ...names.map((name) => name.replace('METEOR ', 'MET '))], rows);
  });
  return [...parts, ...legend(groups.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells)), baseline)].join('\n\n');
}

/** What the signs say, if there are any. */
function legend(cells: readonly TableCell[], baseline: string): string[] {
  const marks = cells.some(({ mark }) => mark) ? [`+ better, - worse than ${baseline} of the same model (p < 0.05).`] : [];
  const absent = cells.some(({ missing }) => missing?.kind === 'not computed') ? ['A - alone: not computed; the report says why.'] : [];
  const all = [...marks, ...absent];
  return all.length === 0 ? [] : [all.join(' ')];
}

function terminalRows(title: string, cells: readonly TableCell[]): string[][] {
  if (cells.every(({ missing }) => missing?.kind === 'not selected')) return [];
  const mark = { better: '+', worse: '-' };
  const ours = [title, ...cells.map(({ text, missing, mark: sign }) => (text === undefined ? (missing?.kind === 'failed' ? 'failed' : '-') : `${text}${sign ? mark[sign] : ''}`))];
  return cells.some(({ paper }) => paper !== undefined) ? [ours, ['  paper', ...cells.map(({ paper }) => paper ?? '')]] : [ours];
}
