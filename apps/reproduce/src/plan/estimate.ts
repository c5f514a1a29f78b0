import { ConfigError } from '@prefix-tuning/base';
import { loadTokenizer } from '@prefix-tuning/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../options.js';
import { findData, openDataset, type DataSources } from '../sources/data.js';
import { dataFacts } from '../sources/facts.js';
import { readConfig, revisionOf, type NamedModel, type NamedModels } from '../sources/models.js';
import { costOf, shapeOf, type RunCost } from './cost.js';
import { productRate } from './measure.js';
import type { Plan, PlannedRun } from './plan.js';
import { publishedData, publishedModels, type DataFacts } from './published.js';

/** What one run is estimated to take. */
export interface Estimate extends RunCost {
  readonly hours: number;
  /** Whether the dataset was counted, or its published figures stand in for it. */
  readonly counted: boolean;
}

/** Costs by formula, and hours by the rate of products of the same shape on this machine. */
export async function estimateRuns({ runs }: Plan, options: Options, named: NamedModels): Promise<Map<string, Estimate>> {
  const rate = rateFinder();
  const rawOf = memoize((role: PlannedRun['spec']['model']) => role, async (role) => (isPublished(named[role]) ? publishedModels[role] : readConfig(named[role]!)));
  const sources = memoize(() => '', () => findData([...new Set(runs.map(({ spec }) => spec.dataset))], { ...options, given: options.data, cache: join(options.out, 'data') }));
  const facts = memoize(({ spec }: PlannedRun) => `${spec.task} ${spec.model}`, (run) => factsOf(run, { options, model: named[run.spec.model], findSources: () => sources('') }));
  const estimates = new Map<string, Estimate>();
  for (const run of runs) {
    const { batchSize, decoding, model } = run.spec;
    const [raw, data] = [await rawOf(model), (await facts(run)) ?? publishedFacts(run)];
    const cost = costOf(run.spec, { raw, data });
    const { width } = shapeOf(raw).config;
    const training = cost.train / (await rate(batchSize * (data.source + data.target), width));
    const decode = cost.decode / (await rate(8 * decoding.beams, width));
    estimates.set(run.id, { ...cost, hours: (training + decode) / 3600, counted: (await facts(run)) !== undefined });
  }
  return estimates;
}

/** A plan fetches nothing for what the user did not name: the published shapes stand in for it. */
export const isPublished = (model: NamedModel | undefined): boolean => model === undefined || (model.onHub && !model.given);

/** Counts a dataset if it is there, and a tokenizer to count it with. */
async function factsOf({ spec }: PlannedRun, { options, model, findSources }: { options: Options; model: NamedModel | undefined; findSources: () => Promise<DataSources> }): Promise<DataFacts | undefined> {
  const there = options.profile.data.write || options.data.length > 0;
  if (!there || isPublished(model) || !(model!.onHub || existsSync(join(model!.source, 'tokenizer.json')))) return undefined;
  return dataFacts(await openDataset(spec, (await findSources())[spec.dataset]!.folder), await loadTokenizer(model!.source, revisionOf(model!)));
}

function publishedFacts({ spec: { dataset, model } }: PlannedRun): DataFacts {
  const facts = publishedData[dataset];
  if (!facts) throw new ConfigError(`${dataset}: expected a tokenizer to count its texts with, got no model. Name one with --model ${model}=NAME.`);
  return facts;
}

/** Rates of products with this many rows, rounded to a power of two, each measured once. */
function rateFinder() {
  const measured = memoize(([rows, width]: [number, number]) => `${rows} ${width}`, ([rows, width]) => productRate(rows, width));
  return (rows: number, width: number) => measured([2 ** Math.round(Math.log2(rows)), width]);
}

function memoize<Key, Value>(nameOf: (key: Key) => string, find: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key) => {
    const name = nameOf(key);
    if (!known.has(name)) known.set(name, find(key));
    return known.get(name)!;
  };
}
