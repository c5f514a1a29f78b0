import { ConfigError, nodeModule } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import { readJson, writeJson } from '../files.js';
import { completeHyperparameters } from '../loop/hyperparameters.js';
import type { TrainOptions } from '../loop/train.js';
import { dataHash, modelHash, tensorsHash } from './fingerprint.js';

const { existsSync } = nodeModule('node:fs');

/** What decides a run's result, but for the machine and its number of threads: plain data. */
export type RunSettings = Readonly<Record<string, unknown>>;

/** The settings of a run: what was asked for, the runtime's name, and hashes of the data, the model and the start of what trains. */
export function settingsOf({ model, tuning, batches, hyperparameters, seed, validation, runtime }: TrainOptions & { readonly runtime: Runtime }): RunSettings {
  const { batches: looked, score, ...looks } = validation ?? {};
  return {
    method: tuning.method,
    settings: tuning.settings,
    hyperparameters: completeHyperparameters(hyperparameters, batches.batchesPerEpoch),
    seed,
    batches: { ...batches.settings, perEpoch: batches.batchesPerEpoch, hash: dataHash(batches) },
    ...(looked ? { validation: { ...looks, by: score ? 'score' : 'loss', ...looked.settings, hash: dataHash(looked) } } : {}),
    start: tensorsHash(tuning.parameters),
    model: modelHash(model),
    runtime: runtime.name,
  };
}

const file = 'settings.json';

/**
 * Writes the settings of a new run, or checks that the folder's run is this one.
 *
 * @throws ConfigError  if the folder holds a run with other settings, naming what differs
 */
export async function claimFolder(folder: string, settings: RunSettings): Promise<void> {
  const path = `${folder}/${file}`;
  if (!existsSync(path)) return writeJson(folder, file, plain(settings));
  const [theirs, ours] = [flat(await readJson(folder, file)), flat(plain(settings))];
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const differing = names.filter((name) => theirs[name] !== ours[name]);
  if (differing.length === 0) return;
  const list = differing.map((name) => `${name} ${theirs[name] ?? 'absent'} there and ${ours[name] ?? 'absent'} here`);
  throw new ConfigError(`${path}: expected the settings of this run, got another's: ${list.join('; ')}. Choose another folder, go on with its settings, or delete it.`, {
    details: { file: path, differing },
  });
}

/** As JSON holds it; what JSON has no number for, such as Infinity, as text. */
const plain = (settings: RunSettings): RunSettings =>
  JSON.parse(JSON.stringify(settings, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)));

/** Every value by its path, such as `hyperparameters.learningRate`. */
function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [path]: JSON.stringify(value) };
  return Object.assign({}, ...Object.entries(value).map(([name, item]) => flat(item, path ? `${path}.${name}` : name))) as Record<string, string>;
}
