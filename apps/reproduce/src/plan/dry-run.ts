import { renderTable } from '@prefix-tuning/cli';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../options.js';
import { loadTokenizer } from '@prefix-tuning/model';
import { findData, openDataset } from '../sources/data.js';
import { dataFacts } from '../sources/facts.js';
import { findModels, type ModelSources } from '../sources/models.js';
import { costOf, shapeOf, type RunCost } from './cost.js';
import { productRate } from './measure.js';
import type { Plan, PlannedRun } from './plan.js';
import { publishedData, publishedModels, type DataFacts } from './published.js';

/** What one run is estimated to take. */
interface Estimate extends RunCost {
  readonly hours: number;
}

/** The plan with parameter counts, steps, hours and disk; nothing is trained. */
export async function dryRun(plan: Plan, options: Options): Promise<string> {
  const models = await findModels(options.profile, options.models);
  const estimates = await estimateRuns(plan, { options, models });
  const rows = plan.cells.map(({ cell, runs }) => {
    const own = runs.map((id) => estimates.get(id)!);
    const [first] = own as [Estimate];
    return [cell.exhibit, runs[0]!, runs.length, count(first.trained), count(first.kept), `${(100 * first.kept / first.model).toPrecision(2)}%`, count(first.steps), hours(own), bytes(own)];
  });
  const all = [...estimates.values()];
  const table = renderTable(['exhibit', 'first run', 'runs', 'trained', 'kept', 'share', 'steps', 'hours', 'disk'], rows);
  const absent = Object.entries(publishedModels).filter(([role]) => !models[role as keyof ModelSources]).map(([role]) => role);
  const notes = [
    `${plan.cells.length} cells, ${plan.runs.length} runs (cells share runs): about ${hours(all)} hours of one process on this machine, ${bytes(all)} on disk.`,
    'Hours follow from the number of operations and the rate of products of the same shape, measured now; runs side by side share the machine.',
    ...(absent.length > 0 ? [`Not named with --model, so counted by their published shapes: ${absent.join(', ')}.`] : []),
  ];
  return `${table}\n\n${notes.join('\n')}`;
}

const count = (value: number) => value.toLocaleString('en');
const hours = (estimates: readonly Estimate[]) => {
  const sum = estimates.reduce((total, each) => total + each.hours, 0);
  return sum < 0.1 ? sum.toFixed(3) : sum.toFixed(1);
};
const bytes = (estimates: readonly Estimate[]) => {
  const sum = estimates.reduce((total, { disk }) => total + disk, 0);
  return sum < 1e9 ? `${(sum / 1e6).toFixed(1)} MB` : `${(sum / 1e9).toFixed(1)} GB`;
};

async function estimateRuns({ runs }: Plan, { options, models }: { options: Options; models: ModelSources }): Promise<Map<string, Estimate>> {
  const rates = new Map<string, Promise<number>>();
  const rate = (rows: number, width: number) => {
    const [key, bucket] = [`${Math.round(Math.log2(rows))} ${width}`, 2 ** Math.round(Math.log2(rows))];
    if (!rates.has(key)) rates.set(key, productRate(bucket, width));
    return rates.get(key)!;
  };
  const facts = factsFinder(options, models);
  const estimates = new Map<string, Estimate>();
  for (const run of runs) {
    const raw = models[run.spec.model]?.raw ?? publishedModels[run.spec.model];
    const data = await facts(run);
    const cost = costOf(run.spec, { raw, data });
    const { width } = shapeOf(raw).config;
    const training = cost.train / (await rate(run.spec.batchSize * (data.source + data.target), width));
    const decoding = cost.decode / (await rate(8 * run.spec.decoding.beams, width));
    estimates.set(run.id, { ...cost, hours: (training + decoding) / 3600 });
  }
  return estimates;
}

/** Counts datasets that are there; the published figures stand in for the others. */
function factsFinder(options: Options, models: ModelSources) {
  const known = new Map<string, Promise<DataFacts>>();
  const find = async ({ spec }: PlannedRun): Promise<DataFacts> => {
    const model = models[spec.model];
    const there = options.profile.data.write || options.data.length > 0;
    if (!model || !there || !existsSync(join(model.folder, 'tokenizer.json'))) return publishedData[spec.dataset]!;
    const sources = await findData([spec.dataset], { ...options, given: options.data, cache: join(options.out, 'data') });
    return dataFacts(await openDataset(spec, sources[spec.dataset]!.folder), await loadTokenizer(model.folder));
  };
  return (run: PlannedRun) => {
    const key = `${run.spec.task} ${run.spec.model}`;
    if (!known.has(key)) known.set(key, find(run));
    return known.get(key)!;
  };
}
