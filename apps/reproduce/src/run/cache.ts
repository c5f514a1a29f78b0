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

/** The result of a run that ended, or undefined. */
export const readResult = (folder: string): Promise<RunResult | undefined> => readJson(join(folder, 'result.json'));

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
