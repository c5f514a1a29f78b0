import { drawCurves } from '../chart.js';
import { fileTitle, settingNames, type Report, type RunRow } from '../report.js';
import { labelled } from './figures.js';
import { element, escapeHtml, plainTable, runAnchor } from './markup.js';

/** Table 5 of the paper beside the settings used here. */
export function settingsSection({ table5, runs, profile }: Report): string {
  const used = [...new Map(runs.map(({ settings }) => [settings.join(), settings])).values()];
  const published = table5.rows.map(({ method, dataset, values }) => [escapeHtml(method), escapeHtml(dataset), ...values.map((value) => (value === null ? '' : String(value)))]);
  return [
    element('h3', `Used here (profile ${profile})`),
    element('p', 'Objective: how a batch’s loss is made of its target tokens’: their mean (token-mean), or their sum in each target, averaged over targets (example-sum), as the released code has it for prefixes.', 'class="caption"'),
    plainTable(settingNames, used.map((settings) => settings.map(escapeHtml)), 'left'),
    element('h3', 'The paper’s'),
    plainTable(['method', 'dataset', ...table5.columns], published, 'names'),
  ].join('');
}

/** Every run: its record, its files, and the command that remakes it. Failed ones are shown at once. */
export async function runsSection({ runs }: Report): Promise<string> {
  const rows = runs.map((run) => [
    `<span id="${runAnchor(run.id)}">${escapeHtml(run.id)}</span>`,
    escapeHtml(run.exhibits.join(', ')),
    run.failure === undefined ? `${run.steps}${run.keptStep === run.steps ? '' : `, kept ${run.keptStep}`}` : 'failed',
    run.loss?.toFixed(3) ?? '',
    run.seconds?.toFixed(0) ?? '',
    `<span class="files">${filesOf(run)}</span>`,
    `<code>${escapeHtml(run.command)}</code>`,
  ]);
  const failed = runs.filter(({ failure }) => failure !== undefined);
  return [
    failed.length === 0 ? '' : `<div class="failures"><b>${failed.length} of ${runs.length} runs failed</b><ul>${failed.map((run) => `<li>${escapeHtml(`${run.id}: ${run.failure}`)} ${filesOf(run)}</li>`).join('')}</ul></div>`,
    `<div class="charts">${(await trainingCurves(runs)).join('')}</div>`,
    `<details><summary>All ${runs.length} runs, with their files and commands</summary>${element('p', 'A report shows what its command selects: after one of these, the command under “How this was made” brings this one back, and trains nothing again.', 'class="caption"')}${plainTable(['run', 'shown in', 'steps', 'last loss', 'seconds', 'files', 'made again by'], rows, 'left ends-in-code')}</details>`,
  ].join('');
}

/** Links to a run's files. */
function filesOf({ folder, files }: RunRow): string {
  return files.map((file) => `<a href="${escapeHtml(encodeURI(`${folder}/${file}`))}">${fileTitle(file)}</a>`).join(' ');
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
  const signed = plainTable(['column', 'signature'], signatures.map(([name, text]) => [escapeHtml(name), `<code>${escapeHtml(text)}</code>`]), 'left ends-in-code');
  return `${list}<details><summary>Signatures of the metrics</summary>${signed}</details>`;
}
