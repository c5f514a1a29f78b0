import { ConfigError, makeFolder, moveFile } from '@prefix-tuning/base';
import { datasets as builtIn, loadDataset, openFolder, writeMiniData, type Dataset } from '@prefix-tuning/datasets';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Profile } from '../recipe/profile.js';
import { hashFiles, hashText } from './files.js';
import { findDefinition } from './definition.js';

/** Where a dataset's files lie. */
export interface DataSource {
  readonly folder: string;
  /** `mini`: written by this project; else the user's own files. */
  readonly origin: 'mini' | 'given';
  /** Of all its files. */
  readonly hash: string;
}

export type DataSources = Readonly<Record<string, DataSource>>;

/** Seed of the mini data; it names the world that the shipped models were pretrained on. */
const MINI_SEED = 20260101;

export interface FindDataOptions {
  readonly profile: Profile;
  /** `dataset=FOLDER`, or a folder alone: of the one dataset that is planned, or with one folder for each. */
  readonly given: readonly string[];
  /** Where mini data are written. */
  readonly cache: string;
}

/**
 * The files of each dataset; mini data are written where the profile says so and the user names nothing.
 *
 * @throws ConfigError  if a dataset's folder is not named and cannot be written, or a name or folder of --data stands for none
 * @throws FileError  if a folder does not exist
 */
export async function findData(datasets: readonly string[], options: FindDataOptions): Promise<DataSources> {
  for (const each of options.given) checkName(each);
  const entries = datasets.map(async (dataset) => [dataset, await findOne(dataset, { ...options, alone: datasets.length === 1 })] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** A mistyped name must not leave its dataset to the mini data. */
function checkName(given: string): void {
  const [, name] = /^([\w-]+)=/.exec(given) ?? [];
  if (name === undefined || Object.hasOwn(builtIn, name)) return;
  throw new ConfigError(`--data ${given}: expected one of ${Object.keys(builtIn).join(', ')} before the =, got ${name}.`);
}

async function findOne(dataset: string, { profile, given, cache, alone }: FindDataOptions & { alone: boolean }): Promise<DataSource> {
  const folder = namedFolder(dataset, given, alone);
  if (folder !== undefined) {
    // What a module of one's own reads out of the files is decided by its code.
    const code = isAbsolute(dataset) ? await hashFiles([dataset]) : '';
    return { folder, origin: 'given', hash: code === '' ? await hashFolder(folder) : hashText(`${await hashFolder(folder)} ${code}`) };
  }
  if (!profile.data.write) {
    throw new ConfigError(`reproduce: expected --data with the folder of ${dataset}, got none. Fetch it: npm run datasets -- --dataset ${dataset} --fetch`);
  }
  const written = await miniFolder(dataset, profile, cache);
  return { folder: written, origin: 'mini', hash: await hashFolder(written) };
}

function namedFolder(dataset: string, given: readonly string[], alone: boolean): string | undefined {
  const own = given.find((each) => each.startsWith(`${dataset}=`));
  if (own !== undefined) return resolve(own.slice(dataset.length + 1));
  const all = given.find((each) => !/^[\w-]+=/.test(each));
  if (all === undefined) return undefined;
  const within = resolve(all, dataset);
  if (existsSync(within) && !isAbsolute(dataset)) return within;
  if (alone) return resolve(all);
  throw new ConfigError(`--data ${all}: expected a folder ${dataset} in it, as several datasets are planned, got none. Name each with --data NAME=DIR, or select with --dataset.`);
}

async function hashFolder(folder: string): Promise<string> {
  const { files } = await openFolder(folder);
  return hashText(`${files.map(({ name }) => name).join('\n')}\n${await hashFiles(files.map(({ path }) => path))}`);
}

/** Written beside and renamed, so that an interrupted run leaves no half-written folder. */
async function miniFolder(dataset: string, { data }: Profile, cache: string): Promise<string> {
  const sizes = { train: data.train, dev: data.dev, test: data.test };
  const folder = join(cache, `${dataset}-mini-${Object.values(sizes).join('-')}`);
  if (existsSync(folder)) return folder;
  await makeFolder(cache);
  const partial = await mkdtemp(join(cache, 'partial-'));
  try {
    await writeMiniData(dataset, { folder: partial, seed: MINI_SEED, sizes });
    // Another process may have written the same in the meantime.
    await moveFile(partial, folder).catch((error: Error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

/** Opens a dataset as a run reads it. */
export async function openDataset({ dataset, options }: { readonly dataset: string; readonly options: Readonly<Record<string, string>> }, folder: string): Promise<Dataset> {
  return loadDataset(await findDefinition(dataset), { folder, options });
}
