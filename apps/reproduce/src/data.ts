import { ConfigError } from '@prefix-tuning/base';
import { collect, loadDataset, writeMiniData, type Example, type Pair } from '@prefix-tuning/datasets';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface E2eData {
  /** `mini`, or the folder that the user named. */
  readonly origin: string;
  readonly train: readonly Pair[];
  readonly test: readonly Example[];
  /** Hash of everything a run reads. */
  readonly hash: string;
}

/** Seed of the mini data; it names the world that the shipped models were pretrained on. */
const MINI_SEED = 20260101;

/**
 * Loads E2E from its original files, or writes mini data in the same format into `cache` and loads that.
 *
 * @throws FileError, DatasetFormatError  naming file, line and field
 */
export async function loadE2e(folder: string | undefined, cache: string): Promise<E2eData> {
  const dataset = await loadDataset('e2e', { folder: folder ?? (await miniFolder(cache)) });
  const [train, test] = [await collect(dataset.train.pairs()), await dataset.test.toArray()];
  if (train.length === 0 || test.length === 0) {
    throw new ConfigError(`${folder}: expected training and test examples, got ${train.length} and ${test.length}. Check the files.`);
  }
  return { origin: folder ?? 'mini', train, test, hash: createHash('sha256').update(JSON.stringify([train, test])).digest('hex') };
}

/** Written beside and renamed, so that an interrupted run leaves no half-written folder. */
async function miniFolder(cache: string): Promise<string> {
  const folder = join(cache, `e2e-mini-${MINI_SEED}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, 'partial-'));
  await writeMiniData('e2e', { folder: partial, seed: MINI_SEED });
  await rename(partial, folder).catch(async (error: Error) => {
    await rm(partial, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
