import { modelTitles } from '../recipe/exhibits.js';
import type { SideBySide } from './examples.js';
import type { FigureData } from './figure.js';
import { bytesText, percentText } from './numbers.js';
import type { ExhibitData, Report } from './report.js';
import type { TableCell, TableData } from './table.js';

const clean = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(clean).join(' | ')} |`;
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');

/** The report as Markdown: tables, figures as tables of their points, claims, costs, and what is needed to remake it. */
export function markdownReport(report: Report): string {
  const { claims, exhibits, costs, outputs } = report;
  const parts = [
    `# ${report.own ? `Prefix-tuning on ${report.own}` : 'Prefix-Tuning, reproduced'}`,
    report.scale,
    ...(claims.length > 0 ? ['## The paper’s claims', ...claims.map(claimText)] : []),
    ...exhibits.flatMap((exhibit) => [`## ${exhibit.title}`, exhibitText(exhibit)]),
    ...(outputs.length > 0 ? ['## What the models write', ...outputs.map(textsOf)] : []),
    ...(costs.length > 0 ? ['## Costs', costsText(report)] : []),
    '## How this was made',
    aboutText(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

function claimText({ number, text, verdict, tests, method }: Report['claims'][number]): string {
  const items = tests.map(({ what, found, outcome }) => `   - ${what}: ${found} (${outcome})`);
  return [`${number}. **${verdict}**: ${text}`, ...items, ...(tests.length > 0 ? [`   - ${method}`] : [])].join('\n');
}

function exhibitText(exhibit: ExhibitData): string {
  if (exhibit.kind === 'table') return tableText(exhibit);
  if (exhibit.kind === 'figure') return figureText(exhibit);
  return [exhibit.caption, ...exhibit.items.map(textsOf)].join('\n\n');
}

function tableText({ caption, columns, groups, baseline }: TableData): string {
  const parts = columns.map(({ title, names }, c) => {
    const from = columns.slice(0, c).reduce((sum, each) => sum + each.names.length, 0);
    const rows = groups.flatMap(({ model, rows }) => rows.map((row) => ({ name: `${modelTitles[model]}: ${row.title}`, cells: row.cells.slice(from, from + names.length) })));
    const shown = rows.filter(({ cells }) => cells.some(({ missing }) => missing !== 'not selected'));
    return table([title, ...names], shown.map(({ name, cells }) => [name, ...cells.map(cellText)]));
  });
  return [caption, ...parts, `Each cell: ours, its 95% interval, the paper's number and the difference. ▲ better, ▼ worse than ${baseline}, p < 0.05.`].join('\n\n');
}

function cellText({ text, missing, interval, mark, paper, difference }: TableCell): string {
  const published = paper === undefined ? '' : `; paper ${paper}${difference ? ` (${difference})` : ''}`;
  if (text === undefined) return `${missing ?? '–'}${published}`;
  return `${text}${mark ? (mark === 'better' ? ' ▲' : ' ▼') : ''}${interval ? ` [${interval.low}, ${interval.high}]` : ''}${published}`;
}

function figureText({ paper, charts, missing, example }: FigureData & { readonly example?: SideBySide }): string {
  const parts = charts.map(({ task, column, x, series }) =>
    table([`${task}, ${column}`, x, 'mean', '95% interval', 'runs'], series.flatMap(({ name, points }) => points.map((point) => [name, String(point.x), point.y.toFixed(2), `${point.low.toFixed(2)} to ${point.high.toFixed(2)}`, String(point.runs.length)]))),
  );
  return [`The paper: ${paper}`, ...(example ? [textsOf(example)] : []), ...parts, ...(missing.length > 0 ? [`Without a value: ${missing.join('; ')}`] : [])].join('\n\n');
}

function textsOf({ title, source, outputs, reference }: SideBySide): string {
  return [`- ${title}: \`${source}\``, ...outputs.map(({ name, text }) => `  - ${name}: ${text}`), `  - Reference: ${reference}`].join('\n');
}

function costsText({ costs }: Report): string {
  const rows = costs.map((row) => [`${row.task}, ${row.model}: ${row.method}`, row.trained.toLocaleString('en'), row.kept.toLocaleString('en'), percentText(row.share), bytesText(row.bytes), row.step.median.toFixed(0), row.ratio?.toFixed(2) ?? '', row.trainSeconds.toFixed(0), row.decodeSeconds.toFixed(2)]);
  return table(['', 'trained', 'kept', 'share', 'on disk', 'ms a step', 'beside fine-tuning', 'training, s', 'decoding, s an input'], rows);
}

function aboutText({ command, machine, models, data, seeds, notes, versions, runs }: Report): string {
  return [
    `- Command: \`${command}\``,
    `- Seeds: ${seeds}`,
    ...models.map(({ role, name, parameters }) => `- In the place of ${role}: ${name}${parameters ? `, ${parameters.toLocaleString('en')} parameters` : ''}`),
    ...data.map(({ dataset, origin, tested }) => `- Data ${dataset}: ${origin}; ${tested} test inputs decoded`),
    `- Machine: ${machine}`,
    `- Versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}`,
    ...notes.map((note) => `- ${note}`),
    ...runs.filter(({ failure }) => failure !== undefined).map(({ id, failure }) => `- Failed: ${id}: ${failure}`),
  ].join('\n');
}
