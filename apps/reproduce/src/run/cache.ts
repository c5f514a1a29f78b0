import { FileError } from '@prefix-tuning/base';
import { lockFolder } from '@prefix-tuning/training';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedRun } from '../plan/plan.js';
import { hashText, readJson, writeJson, writeText } from '../sources/files.js';
import { trainingFolder } from './execute.js';
import type { RunFailure, RunResult } from './record.js';

/** What decides a run beside its own declaration. */
export interface Deciding {
  readonly model: string;
  readonly data: string;
  /** Of this project's packages and the runtime. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The folder of a run: its name ends with the hash of everything that decides the result. */
export function runFolder(root: string, { id, spec }: PlannedRun, deciding: Deciding): string {
  return join(root, 'runs', `${id}-${hashText(JSON.stringify({ spec, deciding })).slice(0, 12)}`);
}

/**
 * The result of a run that ended, or undefined.
 *
 * @throws FileError  if the file holds something else
 */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const file = join(folder, 'result.json');
  const result = await readJson<Partial<RunResult> | null>(file);
  if (result === undefined) return undefined;
  if (Array.isArray(result?.outputs) && result.stepSeconds && result.seconds && result.parameters && result.curve) return result as RunResult;
  throw new FileError(`${file}: expected a run's result with its outputs and times, got something else. Delete the file and start again.`, { details: { file } });
}

/** Writes the outputs, and last the result, which says that the run is whole. */
export async function writeResult(folder: string, result: RunResult): Promise<void> {
  await writeText(join(folder, 'outputs.txt'), `${result.outputs.join('\n')}\n`);
  await writeJson(join(folder, 'result.json'), result);
  await rm(join(folder, 'failure.json'), { force: true });
}

/** A failed run leaves its reason; it is tried again the next time. */
export const writeFailure = (folder: string, failure: RunFailure): Promise<void> => writeJson(join(folder, 'failure.json'), failure);

/**
 * Removes all that a run left.
 *
 * @throws FileError  if another process trains there
 */
export async function removeRun(folder: string): Promise<void> {
  if (existsSync(trainingFolder(folder))) await lockFolder(trainingFolder(folder));
  await rm(folder, { recursive: true, force: true });
}
