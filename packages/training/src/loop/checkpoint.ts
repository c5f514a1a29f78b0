import { ConfigError, nodeModule } from '@prefix-tuning/base';
import { hostTensor } from '@prefix-tuning/jit';
import { openSafetensors, writeSafetensors, type SafetensorsFile, type TensorView } from '@prefix-tuning/safetensors';
import { makeFolder } from '../files.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import type { TrainingState, Watch } from './events.js';

const { dirname } = nodeModule('node:path');

/**
 * Writes all that a run needs to go on (parameters, optimiser, what it watches) as one safetensors file, whole or not
 * at all: an interrupted write leaves the file before it.
 *
 * @throws FileError  if it cannot be written, such as on a full disk
 */
export async function saveCheckpoint(path: string, { step, seed, parameters, optimiser, watch, best = {} }: TrainingState): Promise<void> {
  const tensors: HostTensors = { ...within('parameters', parameters), ...within('mean', optimiser.mean), ...within('variance', optimiser.variance), ...within('best', best) };
  const views = mapTensors(tensors, ({ shape, data }): TensorView => ({ dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }));
  await makeFolder(dirname(path));
  await writeSafetensors(path, views, { metadata: { format: 'pt', step: `${step}`, seed: `${seed}`, watch: JSON.stringify(watch) } });
}

/**
 * Reads a checkpoint for `resume`.
 *
 * @throws ConfigError  if the file is no checkpoint
 * @throws WeightsError  if it is damaged
 */
export async function loadCheckpoint(path: string): Promise<TrainingState> {
  const file = await openSafetensors(path);
  try {
    const { step, seed, watch } = readNotes(path, file.metadata);
    const parts = ['parameters', 'mean', 'variance', 'best'].map((part) => readPart(file, part));
    const [parameters, mean, variance, best] = (await Promise.all(parts)) as [HostTensors, HostTensors, HostTensors, HostTensors];
    return { step, seed, watch, parameters, optimiser: { mean, variance }, ...(Object.keys(best).length > 0 ? { best } : {}) };
  } finally {
    await file.close();
  }
}

function readNotes(path: string, metadata: Readonly<Record<string, string>>): { step: number; seed: number; watch: Watch } {
  const [step, seed] = [Number(metadata.step), Number(metadata.seed)];
  if (Number.isInteger(step) && Number.isInteger(seed) && metadata.watch) return { step, seed, watch: JSON.parse(metadata.watch) as Watch };
  throw new ConfigError(`${path}: expected a training checkpoint with step, seed and watch, got other weights. Choose a file of saveCheckpoint.`, {
    details: { file: path },
  });
}

const within = (part: string, tensors: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${part}/${name}`, value]));

async function readPart(file: SafetensorsFile, part: string): Promise<HostTensors> {
  const names = [...file.tensors.keys()].filter((name) => name.startsWith(`${part}/`)).sort();
  const entries = names.map(async (name) => {
    return [name.slice(part.length + 1), hostTensor(await file.readFloat32(name), file.tensors.get(name)!.shape)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
