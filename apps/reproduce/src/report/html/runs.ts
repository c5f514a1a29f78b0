import { drawCurves } from '../chart.js';
import type { Report, RunRow } from '../report.js';
import { labelled } from './figures.js';
import { element, escapeHtml, plainTable } from './markup.js';

const header = ['task', 'model', 'method', 'learning rate', 'training', 'batch', 'objective'];

/** Table 5 of the paper beside the settings used here. */
export function settingsSection({ table5, runs, profile }: Report): string {
  const used = [...new Map(runs.map(({ settings }) => [settings.join(), settings])).values()];
  const published = table5.rows.map(({ method, dataset, values }) => [escapeHtml(method), escapeHtml(dataset), ...values.map((value) => (value === null ? '' : String(value)))]);
  return [
    element('h3', `Used here (profile ${profile})`),
    plainTable(header, used.map((settings) => settings.map(escapeHtml)), 'left'),
    element('h3', 'The paper’s'),
    plainTable(['method', 'dataset', ...table5.columns], published),
  ].join('');
}

/** Every run: its record, its files, and the command that remakes it. */
export async function runsSection({ runs }: Report): Promise<string> {
  const rows = runs.map(({ id, exhibits, steps, keptStep, loss, seconds, folder, failure, command }) => [
    failure === undefined ? `<a href="${escapeHtml(encodeURI(folder))}/result.json">${escapeHtml(id)}</a>` : escapeHtml(id),
    escapeHtml(exhibits.join(', ')),
    failure === undefined ? `${steps}${keptStep === steps ? '' : `, kept ${keptStep}`}` : `failed: ${escapeHtml(failure)}`,
    loss?.toFixed(3) ?? '',
    seconds?.toFixed(0) ?? '',
    failure === undefined ? `<a href="${escapeHtml(encodeURI(folder))}/outputs.txt">outputs</a>` : '',
    `<code>${escapeHtml(command)}</code>`,
  ]);
  return [
    `<div class="charts">${(await trainingCurves(runs)).join('')}</div>`,
    `<details><summary>All ${runs.length} runs, with their files and commands</summary>${plainTable(['run', 'shown in', 'steps', 'last loss', 'seconds', 'outputs', 'made again by'], rows, 'left')}</details>`,
  ].join('');
}

/** Loss curves of the tables' runs, one chart for each task and model. */
async function trainingCurves(runs: readonly RunRow[]): Promise<string[]> {
  const shown = runs.filter(({ exhibits, curve }) => exhibits.some((id) => /table[123]|own/.test(id)) && curve.length > 1);
  const groups = new Map<string, RunRow[]>();
  for (const run of shown) {
    const key = run.settings.slice(0, 2).join(', ');
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return Promise.all(
    [...groups].map(async ([key, own]) => {
      const first = [...new Map(own.map((run) => [run.settings[2]!, run])).entries()];
      const svg = await drawCurves(first.map(([name, { curve }]) => ({ name, points: curve })));
      return `<figure><figcaption><b>${escapeHtml(key)}</b>, training loss</figcaption>${labelled(svg, `${key}, training loss`)}</figure>`;
    }),
  );
}

/** Command, models, data, versions, signatures, machine. */
export function aboutSection({ command, models, data, versions, signatures, notes, machine, source, seeds }: Report): string {
  const entries: [string, string][] = [
    ['Command', `<code>${escapeHtml(command)}</code>`],
    ['Seeds', escapeHtml(seeds)],
    ...models.map(({ role, name, parameters, hash }): [string, string] => [`For ${role}`, `${escapeHtml(name)}${parameters ? `, ${parameters.toLocaleString('en')} parameters` : ''}, <code>${hash.slice(0, 12)}</code>`]),
    ...data.map(({ dataset, origin, tested, hash }): [string, string] => [`Data ${dataset}`, `${escapeHtml(origin)}; ${tested} test inputs decoded; <code>${hash.slice(0, 12)}</code>`]),
    ['Machine', escapeHtml(machine)],
    ['Versions', escapeHtml(Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '))],
    ...notes.map((note): [string, string] => ['Note', escapeHtml(note)]),
    ['Paper', escapeHtml(source)],
  ];
  const list = `<dl class="facts">${entries.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${text}</dd>`).join('')}</dl>`;
  const signed = plainTable(['column', 'signature'], signatures.map(([name, text]) => [escapeHtml(name), `<code>${escapeHtml(text)}</code>`]), 'left');
  return `${list}<details><summary>Signatures of the metrics</summary>${signed}</details>`;
}
