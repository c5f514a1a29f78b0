import { ConfigError, FileError, makeFolder, type OnProgress } from '@prefix-tuning/base';
import { miniModelFolder, miniModels, type MiniModelName } from '@prefix-tuning/mini-models';
import { isHubId, loadModel, type Model } from '@prefix-tuning/model';
import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { methods, trainingRuntime, type MethodName, type TrainableModel, type Tuning } from '@prefix-tuning/training';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Columns } from './pairs.js';

/** What a tuned folder says beside the run that made it: enough to write with it. */
export interface Tuned extends Columns {
  /** A folder's full path, a hub id, or a shipped model's name. */
  readonly model: string;
  readonly method: MethodName;
  readonly eightBits: boolean;
  /** Tokens of a source that are read; all unless given. */
  readonly maxSource?: number | undefined;
}

const fileName = 'tuned.json';

/** Writes `tuned.json`, whole or not at all. */
export async function saveTuned(folder: string, tuned: Tuned): Promise<void> {
  await makeFolder(folder);
  await writeFileAtomically(join(folder, fileName), [() => new TextEncoder().encode(`${JSON.stringify(tuned, null, 2)}\n`)]);
}

/**
 * Reads it.
 *
 * @throws FileError  if the folder holds no finished training
 * @throws ConfigError  if the file is damaged
 */
export async function readTuned(folder: string): Promise<Tuned> {
  const file = join(folder, fileName);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${file}: expected the folder of prefix-tuning train, got none. Check --tuned.`, { details: { file }, cause });
  });
  if (!existsSync(join(folder, 'result.json'))) {
    throw new FileError(`${folder}: expected a training that has ended, got one that has not. Run the same prefix-tuning train again: it goes on.`, { details: { folder } });
  }
  const tuned = parse(text) as Partial<Tuned> | null;
  const wrong = ['model', 'method', 'source', 'target'].find((field) => typeof tuned?.[field as keyof Tuned] !== 'string');
  if (tuned && wrong === undefined && Object.hasOwn(methods, tuned.method!)) return tuned as Tuned;
  throw new ConfigError(`${file}: ${wrong ?? 'method'}: expected what prefix-tuning train wrote, got something else. Train again.`, { details: { file, field: wrong } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isShipped = (name: string): name is MiniModelName => miniModels.includes(name as MiniModelName);

/** How a model is written down, so that it is found from another folder, too. */
export const lastingName = (model: string): string => ((isShipped(model) || isHubId(model)) && !existsSync(model) ? model : resolve(model));

/** A folder or hub id, of a shipped model, too. */
const placeOf = (model: string): string => (isShipped(model) && !existsSync(model) ? miniModelFolder(model) : model);

/** Loads a model by a folder's path, a hub id, or a shipped model's name. What is saved names the place to PEFT, so it is a full path. */
export const openModel = (model: string, onProgress: OnProgress): Promise<Model> => loadModel(placeOf(lastingName(model)), { onProgress });

/** Where programs run. */
export const runtimeOf = ({ eightBits, threads }: { eightBits: boolean; threads: number | undefined }) =>
  trainingRuntime({ ...(eightBits ? { weights: 'int8' as const } : {}), ...(threads === undefined ? {} : { threads }) });

/** The model as it is, in the place of a tuned one. */
export const untuned = ({ family, parameters }: TrainableModel): Tuning => ({
  method: 'none',
  settings: {},
  parameters: {},
  layout: family.encoder ? 'encoded' : 'joined',
  enter: () => ({ parameters }),
  save: async () => {},
});
