import { nodeModule } from '@prefix-tuning/base';
import { WeightsError } from '@prefix-tuning/safetensors';
import { loadCheckpoint, saveCheckpoint } from '../loop/checkpoint.js';
import type { TrainingState } from '../loop/events.js';

const { readdir, rm } = nodeModule('node:fs/promises');
const { join } = nodeModule('node:path');

/** Checkpoints that stay: the newest and, should that be unreadable, the one before it. */
const kept = 2;

/** Writes a checkpoint and removes the oldest ones. */
export async function addCheckpoint(folder: string, state: TrainingState): Promise<string> {
  const path = join(folder, `step-${String(state.step).padStart(8, '0')}.safetensors`);
  await saveCheckpoint(path, state);
  for (const old of (await checkpointsIn(folder)).slice(kept)) await rm(old);
  return path;
}

/**
 * The newest checkpoint that can be read, or undefined if the folder has none. Newer ones that are damaged are removed:
 * they would take the place of readable ones among those that stay.
 *
 * @throws WeightsError  if none of them can be read
 */
export async function latestCheckpoint(folder: string): Promise<TrainingState | undefined> {
  const damaged: string[] = [];
  let first: WeightsError | undefined;
  for (const path of await checkpointsIn(folder)) {
    try {
      const state = await loadCheckpoint(path);
      await Promise.all(damaged.map((file) => rm(file)));
      return state;
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      damaged.push(path);
      first ??= error;
    }
  }
  if (first) throw first;
  return undefined;
}

/** Paths, newest first. */
async function checkpointsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^step-\d+\.safetensors$/.test(name)).sort().reverse().map((name) => join(folder, name));
}
