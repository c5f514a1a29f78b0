import { modelTitles } from '../../recipe/exhibits.js';
import { percentText } from '../numbers.js';
import type { TableCell, TableData, TableRow } from '../table.js';
import { element, escapeHtml, runAnchor, withoutValue } from './markup.js';

/** A table of scores: one part for each task, so that it fits a narrow window. */
export function tableSection({ caption, columns, groups, baseline, missing }: TableData): string {
  const parts = columns.map(({ title, names }, c) => {
    const from = columns.slice(0, c).reduce((sum, each) => sum + each.names.length, 0);
    const head = `<tr>${['', ...names].map((name) => element('th', name, 'scope="col"')).join('')}</tr>`;
    const body = groups.map((group) => groupRows(group, { part: c, from, to: from + names.length })).join('');
    return `<h3>${escapeHtml(title)}</h3><div class="wide"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
  });
  return `${element('p', caption, 'class="caption"')}${parts.join('')}${element('p', legend(groups.flatMap(({ rows }) => rows), baseline), 'class="caption"')}${withoutValue(missing)}`;
}

function legend(rows: readonly TableRow[], baseline: string): string {
  const cells = rows.flatMap((row) => row.cells);
  const over = new Set(cells.flatMap(({ interval }) => interval?.over ?? []));
  const intervals = [...over].map((what) => (what === 'runs' ? 'over runs (Student’s t)' : 'over test inputs (bootstrap)')).join(' and ');
  const notes = [...new Set(cells.flatMap(({ note }) => note ?? []))].map((note) => ` Note: ${note}.`).join('');
  const published = cells.some(({ paper }) => paper !== undefined) ? ' In italics: the paper’s number, and ours less it.' : '';
  const shares = rows.some((row) => row.shares.some((share) => share !== undefined)) ? 'Under a method’s name: the share of the model’s parameters that it keeps here. ' : '';
  return `${shares}${intervals ? `Under a number: its 95% interval ${intervals}. ` : ''}▲ better, ▼ worse than ${baseline} of the same model (paired approximate randomisation over test inputs, p < 0.05).${published}${notes}`;
}

function groupRows({ model, rows }: TableData['groups'][number], { part, from, to }: { part: number; from: number; to: number }): string {
  const own = rows.map((row) => ({ ...row, run: row.runs[part]![0], share: row.shares[part], cells: row.cells.slice(from, to) })).filter(({ run }) => run !== undefined);
  if (own.length === 0) return '';
  const title = `<tr class="group"><td colspan="${to - from + 1}"><span>in the place of ${escapeHtml(modelTitles[model])}</span></td></tr>`;
  return title + own.map(({ title: name, run, share, cells }) => `<tr><td>${element('a', name, `href="#${runAnchor(run!)}" title="its runs, files and commands"`)}${share === undefined ? '' : element('span', percentText(share), 'class="interval"')}</td>${cells.map((cell) => `<td>${cellHtml(cell)}</td>`).join('')}</tr>`).join('');
}

function cellHtml({ text, missing, note, interval, paper, difference, mark, pValue }: TableCell): string {
  const published = paper === undefined ? '' : `<span class="published">${paper}${difference ? ` (${difference})` : ''}</span>`;
  if (text === undefined) return `${element('span', missing?.kind === 'failed' ? 'failed' : '–', `class="none" title="${escapeHtml(missing?.reason ?? '')}"`)}${published}`;
  const sign = mark ? `<span class="mark ${mark}">${mark === 'better' ? '▲' : '▼'}</span>` : '';
  const hints = [note, pValue === undefined ? undefined : `p = ${pValue.toFixed(4)}`].filter((hint) => hint !== undefined).join('; ');
  const value = `<span class="value"${hints ? ` title="${escapeHtml(hints)}"` : ''}>${text}</span>${sign}`;
  return `${value}${interval ? `<span class="interval">${interval.low}–${interval.high}</span>` : ''}${published}`;
}
