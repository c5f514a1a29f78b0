import { drawChart } from '../chart.js';
import type { SideBySide } from '../examples.js';
import type { FigureData } from '../figure.js';
import { element, escapeHtml, withoutValue } from './markup.js';

/** A figure's charts, with what the paper's figure shows beside them. */
export async function figureSection({ paper, charts, missing, example }: FigureData & { readonly example?: SideBySide }): Promise<string> {
  const drawn = await Promise.all(charts.map(async (chart) => `<figure><figcaption><b>${escapeHtml(chart.task)}</b>, ${escapeHtml(chart.column)}</figcaption>${labelled(await drawChart(chart), `${chart.task}, ${chart.column}`)}</figure>`));
  return [
    `<blockquote>The paper: ${escapeHtml(paper)}</blockquote>`,
    example ? sideBySide(example) : '',
    `<div class="charts">${drawn.join('')}</div>`,
    element('p', 'Large dots: means over runs; bars: their 95% intervals (Student’s t; over test inputs where there is one run); small dots: single runs.', 'class="caption"'),
    withoutValue(missing),
  ].join('');
}

/** A drawing that screen readers name. */
export const labelled = (svg: string, name: string): string => svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(name)}" `);

/** One input with what each system wrote for it. */
export function sideBySide({ title, source, outputs, reference }: SideBySide): string {
  const row = (name: string, text: string, className = '') => `<dt>${escapeHtml(name)}</dt>${element('dd', text, className && `class="${className}"`)}`;
  const rows = [row('Source', source, 'source'), ...outputs.map(({ name, text }) => row(name, text)), row('Reference', reference)];
  return `<div class="texts">${element('h4', title)}<dl>${rows.join('')}</dl></div>`;
}
