import { checkFields, ConfigError, createRng, type FieldsOf } from '@prefix-tuning/base';
import type { Pair } from './example.js';
import type { Dataset, Split } from './load.js';

/** Which pairs a low-data subset holds: small, plain, and enough to make the subset again. */
export interface SampleManifest {
  readonly dataset: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly seed: number;
  readonly devShare: number;
  /** Ids of the pairs, in the order they were drawn. */
  readonly train: readonly string[];
  readonly dev: readonly string[];
}

export interface LowDataSample {
  readonly train: readonly Pair[];
  readonly dev: readonly Pair[];
  readonly manifest: SampleManifest;
}

export interface SampleOptions {
  /** Training pairs; the paper uses 50, 100, 200 and 500. */
  readonly size: number;
  /** Number of the subset; the paper draws five for each size. */
  readonly seed: number;
  /** Dev pairs as a share of the training pairs; the paper uses 0.3 (section 6.3). */
  readonly devShare?: number;
}

const fields: FieldsOf<SampleOptions> = { size: true, seed: true, devShare: true };

/** The paper's low-data settings (Li & Liang 2021, section 6.3): five subsets of each size. */
export const lowDataSizes = [50, 100, 200, 500] as const;
export const lowDataSeeds = [0, 1, 2, 3, 4] as const;

/**
 * Draws a low-data subset: `size` pairs of train and `round(devShare * size)` pairs of dev, without replacement.
 *
 * The same dataset, options and seed give the same pairs in the same order on every machine. Memory holds the ids only.
 *
 * @throws ConfigError  if a split has fewer pairs than asked for, or for an option that does not exist
 */
export async function sampleLowData(dataset: Dataset, options: SampleOptions): Promise<LowDataSample> {
  checkFields('sampleLowData', options, Object.keys(fields));
  const { size, seed, devShare = 0.3 } = options;
  if (!Number.isInteger(size) || size < 1) throw new ConfigError(`sampleLowData: expected a size of 1 or more, got ${size}.`);
  if (!(devShare >= 0)) throw new ConfigError(`sampleLowData: expected a devShare of 0 or more, got ${devShare}.`);
  const rng = createRng(seed).fork(`${dataset.name} ${size}`);
  const draw = async (split: Split, count: number) => {
    const ids = await idsOf(split);
    if (ids.length < count) throw new ConfigError(`sampleLowData: expected at least ${count} pairs in ${dataset.name} ${split.name}, got ${ids.length}. Ask for fewer.`);
    return rng.fork(split.name).sample(ids, count);
  };
  const devSize = Math.round(devShare * size);
  const train = await draw(dataset.train, size);
  const dev = devSize === 0 ? [] : await draw(dataset.dev, devSize);
  return restoreSample(dataset, { dataset: dataset.name, options: dataset.options, size, seed, devShare, train, dev });
}

/**
 * Reads the pairs that a saved manifest names.
 *
 * @throws ConfigError  if the manifest is of another dataset, or names a pair that is not there
 */
export async function restoreSample(dataset: Dataset, manifest: SampleManifest): Promise<LowDataSample> {
  if (manifest.dataset !== dataset.name) throw new ConfigError(`restoreSample: expected a manifest of ${dataset.name}, got one of ${manifest.dataset}.`);
  const train = await pickPairs(dataset.train, manifest.train);
  const dev = manifest.dev.length === 0 ? [] : await pickPairs(dataset.dev, manifest.dev);
  return { train, dev, manifest };
}

/** The manifest as it is saved: the same bytes for the same sample. */
export function formatManifest(manifest: SampleManifest): string {
  const { dataset, options, size, seed, devShare, train, dev } = manifest;
  const sorted = Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ dataset, options: sorted, size, seed, devShare, train, dev }, null, 1)}\n`;
}

async function idsOf(split: Split): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of split.pairs()) ids.push(id);
  return ids;
}

async function pickPairs(split: Split, ids: readonly string[]): Promise<Pair[]> {
  const wanted = new Set(ids);
  const found = new Map<string, Pair>();
  for await (const pair of split.pairs()) if (wanted.has(pair.id)) found.set(pair.id, pair);
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw new ConfigError(`restoreSample: expected the pair ${missing} in ${split.name}, got none. The manifest is of other files.`);
  return ids.map((id) => found.get(id)!);
}
