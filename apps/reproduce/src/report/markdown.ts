import { modelTitles, publishedCosts } from '../recipe/exhibits.js';
import type { SideBySide } from './examples.js';
import type { FigureData } from './figure.js';
import { bytesText, percentText } from './numbers.js';
import { fileTitle, settingNames, type ExhibitData, type Report } from './report.js';
import type { TableCell, TableData } from './table.js';

const clean = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(clean).join(' | ')} |`;
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');

/** The report as Markdown: tables, figures as tables of their points, claims, costs, settings, runs, and what is needed to remake it. */
export function markdownReport(report: Report): string {
  const { claims, exhibits, costs, outputs } = report;
  const parts = [
    `# ${report.own ? `Prefix-tuning on ${report.own}` : 'Prefix-Tuning, reproduced'}`,
    report.scale,
    ...(claims.length > 0 ? ['## The paper’s claims', ...claims.map(claimText)] : []),
    ...exhibits.flatMap((exhibit) => [`## ${exhibit.title}`, exhibitText(exhibit)]),
    ...(outputs.length > 0 ? ['## What the models write', ...outputs.map(textsOf)] : []),
    ...(costs.length > 0 ? ['## Costs', costsText(report)] : []),
    '## Table 5. Settings',
    settingsText(report),
    '## Runs',
    runsText(report),
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

function tableText({ caption, columns, groups, baseline, missing }: TableData): string {
  const parts = columns.map(({ title, names }, c) => {
    const from = columns.slice(0, c).reduce((sum, each) => sum + each.names.length, 0);
    const rows = groups.flatMap(({ model, rows }) => rows.map((row) => ({ name: `${modelTitles[model]}: ${row.title}${row.shares[c] === undefined ? '' : `, ${percentText(row.shares[c])} kept`}`, cells: row.cells.slice(from, from + names.length) })));
    const shown = rows.filter(({ cells }) => cells.some(({ missing }) => missing?.kind !== 'not selected'));
    return table([title, ...names], shown.map(({ name, cells }) => [name, ...cells.map(cellText)]));
  });
  return [caption, ...parts, `Each cell: ours, its 95% interval, the paper's number and the difference. ▲ better, ▼ worse than ${baseline}, p < 0.05.`, ...withoutValue(missing)].join('\n\n');
}

const withoutValue = (reasons: readonly string[]): string[] => (reasons.length > 0 ? [['Without a value:', ...reasons.map((reason) => `- ${clean(reason)}`)].join('\n')] : []);

function cellText({ text, missing, interval, mark, paper, difference }: TableCell): string {
  const published = paper === undefined ? '' : `; paper ${paper}${difference ? ` (${difference})` : ''}`;
  if (text === undefined) return `${missing?.kind === 'failed' ? 'failed' : '–'}${published}`;
  return `${text}${mark ? (mark === 'better' ? ' ▲' : ' ▼') : ''}${interval ? ` [${interval.low}, ${interval.high}]` : ''}${published}`;
}

function figureText({ paper, charts, missing, example }: FigureData & { readonly example?: SideBySide }): string {
  const parts = charts.map(({ task, column, x, series }) =>
    table([`${task}, ${column}`, x, 'mean', '95% interval', 'runs'], series.flatMap(({ name, points }) => points.map((point) => [name, String(point.x), point.y.toFixed(2), `${point.low.toFixed(2)} to ${point.high.toFixed(2)}`, String(point.runs.length)]))),
  );
  return [`The paper: ${paper}`, ...(example ? [textsOf(example)] : []), ...parts, ...withoutValue(missing)].join('\n\n');
}

function textsOf({ title, source, outputs, reference }: SideBySide): string {
  return [`- ${title}: \`${source}\``, ...outputs.map(({ name, text }) => `  - ${name}: ${text}`), `  - Reference: ${reference}`].join('\n');
}

function costsText({ costs, sizes }: Report): string {
  const rows = costs.map((row) => [`${row.task}, ${row.model}: ${row.method}`, row.trained.toLocaleString('en'), row.kept.toLocaleString('en'), percentText(row.share), bytesText(row.bytes), row.step.median.toFixed(0), row.ratio?.toFixed(2) ?? '', row.trainSeconds.toFixed(0), row.decodeSeconds.toFixed(2)]);
  const formula = sizes.map(({ model, method, trained, kept, share, bytes }) => [`${model}: ${method}`, trained.toLocaleString('en'), kept.toLocaleString('en'), percentText(share), bytesText(bytes)]);
  return [
    table(['', 'trained', 'kept', 'share', 'on disk', 'ms a step', 'beside fine-tuning', 'training, s', 'decoding, s an input'], rows),
    publishedCosts,
    'The paper’s models, by formula:',
    table(['', 'trained', 'kept', 'share kept', 'bytes kept (float32)'], formula),
  ].join('\n\n');
}

function settingsText({ runs, table5, profile }: Report): string {
  const used = [...new Map(runs.map(({ settings }) => [settings.join(), settings])).values()];
  return [
    `Used here (profile ${profile}):`,
    table(settingNames, used),
    'The paper’s:',
    table(['method', 'dataset', ...table5.columns], table5.rows.map(({ method, dataset, values }) => [method, dataset, ...values.map((value) => String(value ?? ''))])),
  ].join('\n\n');
}

function runsText({ runs }: Report): string {
  const rows = runs.map(({ id, exhibits, failure, steps, loss, seconds, folder, files, command }) => [
    id, exhibits.join(', '), failure === undefined ? String(steps) : 'failed', loss?.toFixed(3) ?? '', seconds?.toFixed(0) ?? '', files.map((file) => `[${fileTitle(file)}](<${folder}/${file}>)`).join(' '), `\`${command}\``,
  ]);
  return table(['run', 'shown in', 'steps', 'last loss', 'seconds', 'files', 'made again by'], rows);
}

function aboutText({ command, machine, models, data, seeds, notes, versions, runs, signatures }: Report): string {
  return [
    `- Command: \`${command}\``,
    `- Seeds: ${seeds}`,
    ...models.map(({ role, name, parameters }) => `- In the place of ${role}: ${name}${parameters ? `, ${parameters.toLocaleString('en')} parameters` : ''}`),
    ...data.map(({ dataset, origin, tested }) => `- Data ${dataset}: ${origin}; ${tested} test inputs decoded`),
    `- Machine: ${machine}`,
    `- Versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}`,
    ...notes.map((note) => `- ${note}`),
    ...signatures.map(([column, signature]) => `- Signature of ${column}: \`${signature}\``),
    ...runs.filter(({ failure }) => failure !== undefined).map(({ id, failure }) => `- Failed: ${id}: ${failure}`),
  ].join('\n');
}
