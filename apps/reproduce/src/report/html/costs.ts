import { publishedCosts } from '../../recipe/exhibits.js';
import { bytesText, percentText } from '../numbers.js';
import type { Report } from '../report.js';
import { element, escapeHtml, plainTable } from './markup.js';

const count = (value: number) => value.toLocaleString('en');

/** Parameters, bytes and time: as measured, and by formula on the paper's models. */
export function costsSection({ costs, sizes, machine }: Report): string {
  const rows = costs.map((row) => [
    escapeHtml(`${row.task}, ${row.model}`),
    escapeHtml(row.method),
    count(row.trained),
    count(row.kept),
    percentText(row.share),
    bytesText(row.bytes),
    `${row.step.median.toFixed(0)}<span class="interval">${row.step.low.toFixed(0)}–${row.step.high.toFixed(0)}</span>`,
    row.ratio?.toFixed(2) ?? '',
    row.trainSeconds.toFixed(0),
    row.decodeSeconds.toFixed(2),
  ]);
  const header = ['task, in the place of', 'method', 'trained', 'kept', 'share', 'on disk', 'ms a step', 'beside fine-tuning', 'training, s', 'decoding, s an input'];
  const published = sizes.map(({ model, method, trained, kept, share, bytes }) => [escapeHtml(model), escapeHtml(method), count(trained), count(kept), percentText(share), bytesText(bytes)]);
  return [
    element('p', `Trained: numbers that training changes; kept: those that are stored after it, and their share of the model’s. Measured here: ${machine}. A step's time is the median, under it the quartiles; runs went side by side, so times are good for comparison with each other only; beside fine-tuning: a step’s time over fine-tuning’s.`, 'class="caption"'),
    plainTable(header, rows, 'names'),
    element('p', publishedCosts, 'class="caption"'),
    element('h3', 'The paper’s models, by formula'),
    plainTable(['model', 'method', 'trained', 'kept', 'share kept', 'bytes kept (float32)'], published, 'names'),
  ].join('');
}
