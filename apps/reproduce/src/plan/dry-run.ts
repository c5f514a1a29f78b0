import { renderTable } from '@prefix-tuning/cli';
import type { Options } from '../options.js';
import type { ExhibitId } from '../recipe/cells.js';
import { bytesText, percentText } from '../report/numbers.js';
import { nameModels, type NamedModels } from '../sources/models.js';
import { estimateRuns, isPublished, type Estimate } from './estimate.js';
import type { Plan } from './plan.js';

/** The plan with parameter counts, steps, hours and disk; nothing is trained, and no weights are fetched. */
export async function dryRun(plan: Plan, options: Options): Promise<string> {
  const named = await nameModels(options.profile, options.models);
  console.error('Measuring this machine ...');
  const estimates = await estimateRuns(plan, options, named);
  const rows = rowsOf(plan).map(({ exhibits, runs }) => {
    const own = runs.map((id) => estimates.get(id)!);
    const [first] = own as [Estimate];
    return [runs[0]!, runs.length, count(first.trained), count(first.kept), percentText(first.kept / first.model), count(first.steps), hours(sum(own, 'hours')), bytesText(sum(own, 'disk')), shortList(exhibits)];
  });
  const table = renderTable(['first run', 'runs', 'trained', 'kept', 'share', 'steps', 'hours', 'disk', 'shown in'], rows);
  return [table, '', ...notesOf(plan, { jobs: options.jobs, named, estimates })].join('\n');
}

/** One row for cells that share their runs. */
function rowsOf({ cells }: Plan): { readonly exhibits: ExhibitId[]; readonly runs: readonly string[] }[] {
  const rows = new Map<string, { exhibits: ExhibitId[]; runs: readonly string[] }>();
  for (const { cell, runs } of cells) {
    const key = runs.join(' ');
    const row = rows.get(key);
    if (row) row.exhibits.push(cell.exhibit);
    else rows.set(key, { exhibits: [cell.exhibit], runs });
  }
  return [...rows.values()];
}

/** `T1 F4` for table1 and figure4: the row is long. */
const shortList = (exhibits: readonly string[]): string => exhibits.map((id) => id.replace('table', 'T').replace('figure', 'F')).join(' ');

interface NotesInput {
  readonly jobs: number;
  readonly named: NamedModels;
  readonly estimates: ReadonlyMap<string, Estimate>;
}

function notesOf({ cells, runs }: Plan, { jobs, named, estimates }: NotesInput): string[] {
  const all = [...estimates.values()];
  const total = sum(all, 'hours');
  const roles = unique(runs.map(({ spec }) => spec.model));
  const fromHub = roles.filter((role) => named[role]?.onHub);
  const published = roles.filter((role) => isPublished(named[role]));
  const weights = fromHub.reduce((size, role) => size + 4 * estimates.get(runs.find(({ spec }) => spec.model === role)!.id)!.model, 0);
  const uncounted = runs.filter(({ id }) => !estimates.get(id)!.counted);
  const byTopic = uncounted.some(({ spec }) => spec.options['topics']);
  return [
    `${cells.length} cells, ${runs.length} runs: about ${hours(total)} hours${total > 48 ? ` (${days(total)})` : ''} of one process on this machine.`,
    `Disk: ${bytesText(sum(all, 'disk'))} for what is kept, and up to ${bytesText(Math.max(...all.map(({ checkpoints }) => checkpoints)))} for the checkpoints of a run while it trains${jobs > 1 ? `, of which there are ${jobs} at a time` : ''}.`,
    `And, in the folder for temporary files (TMPDIR), up to ${bytesText(3 * 4 * Math.max(...all.map(({ model }) => model)))}${jobs > 1 ? ' for each of them' : ''} for weights that programs share, if the model is large for this machine's memory.`,
    'Hours follow from the number of operations and the rate of products of the same shape, measured now, beside whatever else the machine does.',
    'Hours and disk are those of all runs of a row, the other columns those of one.',
    ...(fromHub.length > 0 ? [`From the hub, unless its cache has them: ${fromHub.map((role) => named[role]!.source).join(', ')}, at most ${bytesText(weights)}.`] : []),
    ...(published.length > 0 ? [`Counted by their published shapes: ${published.join(', ')}.`] : []),
    ...(uncounted.length > 0 ? [`Counted by their published sizes: ${unique(uncounted.map(({ spec }) => spec.dataset)).join(', ')}${byTopic ? '; its parts by topic, which have none, as all of it' : ''}.`] : []),
  ];
}

const sum = (estimates: readonly Estimate[], field: 'hours' | 'disk') => estimates.reduce((total, each) => total + each[field], 0);
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const count = (value: number) => value.toLocaleString('en');
const hours = (value: number) => (value < 0.1 ? value.toFixed(3) : value.toLocaleString('en', { minimumFractionDigits: value < 100 ? 1 : 0, maximumFractionDigits: value < 100 ? 1 : 0 }));
const days = (value: number) => (value < 24 * 730 ? `${Math.round(value / 24)} days` : `${Math.round(value / 24 / 365)} years`);
