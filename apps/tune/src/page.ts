import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample, Summary } from './report.js';

interface Point {
  readonly step: number;
  readonly loss: number;
}

/** Writes `report.html` into a run's folder: what changed, the run's curve, and outputs. It needs no other file. */
export async function writePage(folder: string, summary: Summary): Promise<void> {
  const html = page(summary, await lossesOf(folder));
  await writeFileAtomically(join(folder, 'report.html'), [() => new TextEncoder().encode(html)]);
}

interface Losses {
  readonly training: readonly Point[];
  readonly heldOut: readonly Point[];
}

/** Losses per target token of a run's log. */
async function lossesOf(folder: string): Promise<Losses> {
  const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; step: number; loss: number; lossPerTarget?: number });
  return {
    training: smooth(lines.flatMap(({ type, step, lossPerTarget }) => (type === 'step' ? [{ step, loss: lossPerTarget! }] : []))),
    heldOut: lines.flatMap(({ type, step, loss }) => (type === 'validation' ? [{ step, loss }] : [])),
  };
}

/** Means of as many steps as make some two hundred points. */
function smooth(points: readonly Point[]): Point[] {
  const size = Math.max(1, Math.ceil(points.length / 200));
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const some = points.slice(i * size, (i + 1) * size);
    return { step: some.at(-1)!.step, loss: some.reduce((sum, { loss }) => sum + loss, 0) / some.length };
  });
}

const page = ({ title, facts, figures, samples }: Summary, losses: Losses): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${style}</style>
<main>
<h1>${text(title)}</h1>
<p>${text(facts)}</p>
<table><thead><tr><th></th><th>before</th><th>after</th></tr></thead><tbody>
${figures.map(([name, ...values]) => `<tr><th>${text(name)}</th>${values.map((value) => `<td>${text(value)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table>
${chart(losses)}
<h2>Held-out examples</h2>
${samples.map(sample).join('\n')}
</main>
</html>
`;

const sample = ({ source, before, after, target }: Sample): string =>
  `<dl>${Object.entries({ source, before, after, target }).map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;

/** Size of the plot, and of the margins where its numbers stand. */
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 240, 48, 28];

function chart({ training, heldOut }: Losses): string {
  const all = [...training, ...heldOut];
  const [steps, most] = [Math.max(...all.map(({ step }) => step)), Math.max(...all.map(({ loss }) => loss))];
  const x = (step: number) => (LEFT + (step / steps) * (WIDTH - LEFT - 8)).toFixed(1);
  const y = (loss: number) => (8 + (1 - loss / most) * (HEIGHT - BOTTOM - 8)).toFixed(1);
  const label = (at: string, height: string, value: string, anchor: string) => `<text x="${at}" y="${height}" text-anchor="${anchor}">${value}</text>`;
  return `<figure>
<figcaption>Loss per token: <span class="training">training</span>, <span class="held-out">held-out pairs</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Loss per token by step, from ${training[0]?.loss.toFixed(2)} to ${training.at(-1)?.loss.toFixed(2)} in training">
<path class="axes" d="M${LEFT} 8V${y(0)}H${WIDTH - 8}"/>
${label(String(LEFT - 6), y(most), most.toFixed(1), 'end')}${label(String(LEFT - 6), y(most / 2), (most / 2).toFixed(1), 'end')}${label(String(LEFT - 6), y(0), '0', 'end')}
${label(x(0), String(HEIGHT - 6), 'step 0', 'start')}${label(x(steps), String(HEIGHT - 6), steps.toLocaleString('en'), 'end')}
<polyline class="training" points="${training.map(({ step, loss }) => `${x(step)},${y(loss)}`).join(' ')}"/>
<polyline class="held-out" points="${heldOut.map(({ step, loss }) => `${x(step)},${y(loss)}`).join(' ')}"/>
${heldOut.map(({ step, loss }) => `<circle cx="${x(step)}" cy="${y(loss)}" r="3"><title>step ${step}: ${loss.toFixed(3)}</title></circle>`).join('')}
</svg>
</figure>`;
}

const text = (value: string): string => value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; --quiet: color-mix(in srgb, CanvasText 60%, Canvas); --line: color-mix(in srgb, CanvasText 20%, Canvas); --one: light-dark(#0b6b63, #4fc3b5); --two: light-dark(#b4531b, #f2a36b); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem 1rem; }
main { max-width: 42rem; margin: auto; }
table { border-collapse: collapse; }
th { font-weight: normal; text-align: left; } td, thead th { text-align: right; padding-left: 2rem; font-variant-numeric: tabular-nums; }
tbody tr { border-top: 1px solid var(--line); }
figure { margin: 2rem 0; } figcaption { color: var(--quiet); }
svg { width: 100%; font-size: 12px; } svg text { fill: var(--quiet); dominant-baseline: middle; }
@media (max-width: 40rem) { svg { font-size: 20px; } }
.axes { fill: none; stroke: var(--line); } polyline { fill: none; stroke-width: 1.5; }
polyline.training { stroke: var(--one); } span.training { color: var(--one); }
polyline.held-out { stroke: var(--two); } circle { fill: var(--two); } span.held-out { color: var(--two); }
dl { display: grid; grid-template-columns: 5rem 1fr; border-top: 1px solid var(--line); padding-top: .75rem; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
`;
