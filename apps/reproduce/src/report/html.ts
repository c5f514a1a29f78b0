import { paperSource } from '../paper.js';
import { e2eColumns } from '../score.js';
import { lineChart } from './chart.js';
import { tableRows, type Reproduction } from './table.js';

const style = `
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #6a7078; --ground: #fff; --line: #dfe2e6; --tint: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa1a9; --ground: #16181b; --line: #33383e; --tint: #1e2125; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
p.note, figcaption, td.id { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tr.paper td { color: var(--soft); font-size: .92em; }
table.texts td { white-space: normal; text-align: left; vertical-align: top; }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
code { background: var(--tint); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
`;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!);

/** The report: one file, no script, nothing fetched, readable on a phone, light and dark. */
export async function htmlReport(reproduction: Reproduction): Promise<string> {
  const { data, cells } = reproduction;
  const curves = await lineChart(
    cells.map(({ cell, result }) => ({ name: cell.title, points: result.curve })),
    { x: 'step', y: 'training loss per target token' },
  );
  const origin = data.origin === 'mini' ? 'mini data that this project writes in the original format' : `the files in ${data.origin}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Prefix-tuning on E2E</title><link rel="icon" href="data:,"><style>${style}</style></head><body>
<h1>Prefix-tuning beside fine-tuning on E2E</h1>
<p>Trained and scored on ${escapeHtml(origin)}: ${data.pairs.toLocaleString('en')} training pairs, ${data.tables} test tables.</p>
<p class="note">The grey rows are the paper's, for GPT-2 medium on the whole of E2E. A model and data of this size are not expected to reach them;
what can be compared is how the methods stand to each other.</p>
<h2>Scores</h2>
<div class="wide">${scoreTable(reproduction)}</div>
<h2>Training</h2>
<figure>${curves}<figcaption>Loss of each method, smoothed over about twenty steps.</figcaption></figure>
<h2>What the models write</h2>
<div class="wide">${examples(reproduction)}</div>
<h2>How to remake it</h2>
${facts(reproduction)}
</body></html>
`;
}

function scoreTable(reproduction: Reproduction): string {
  const [header, rows] = tableRows(reproduction);
  const row = (cells: readonly (string | number)[], tag: 'th' | 'td', attributes = '') =>
    `<tr${attributes}>${cells.map((cell) => `<${tag}>${escapeHtml(String(cell).trim())}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(header, 'th')}</thead><tbody>${rows.map((cells, i) => row(cells, 'td', i % 2 ? ' class="paper"' : '')).join('')}</tbody></table>`;
}

function examples({ cells, test }: Reproduction): string {
  const shown = test.map((_, i) => i).filter((i) => i % Math.ceil(test.length / 6) === 0);
  const row = (i: number) => {
    const example = test[i]!;
    const outputs = cells.map(({ cell, result }) => [cell.title, result.outputs[i]!]);
    const lines = [['Table', example.source], ...outputs, ['Reference', example.targets[0] ?? '']];
    return lines.map(([name, text]) => `<tr><td class="id">${escapeHtml(name!)}</td><td>${escapeHtml(text!)}</td></tr>`).join('');
  };
  return shown.map((i) => `<table class="texts"><tbody>${row(i)}</tbody></table><br>`).join('');
}

function facts({ cells, command, machine, seed, model }: Reproduction): string {
  const signatures = cells[0]!.scores.signatures;
  const entries: [string, string][] = [
    ['Command', `<code>${escapeHtml(command)}</code>`],
    ['Seed', String(seed)],
    ['Model', `${escapeHtml(model.folder)} (${model.config.layers} layers, width ${model.config.width})`],
    ...cells.map(({ cell, result }): [string, string] => [
      cell.title,
      `${cell.hyperparameters.steps} steps of ${cell.batchSize}, learning rate ${cell.hyperparameters.learningRate}; trained in ${result.seconds.train.toFixed(0)} s, decoded in ${result.seconds.decode.toFixed(0)} s`,
    ]),
    ...e2eColumns.map((column): [string, string] => [column, `<code>${escapeHtml(signatures[column])}</code>`]),
    ['Machine', escapeHtml(machine)],
    ['Paper', escapeHtml(paperSource)],
  ];
  return `<dl>${entries.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${text}</dd>`).join('')}</dl>`;
}
