import { ConfigError } from '@prefix-tuning/base';
import { hostTensor } from '@prefix-tuning/jit';
import { openSafetensors, writeSafetensors, type SafetensorsFile, type TensorView } from '@prefix-tuning/safetensors';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mapTensors, type HostTensors } from '../tensors.js';
import type { TrainingState } from './events.js';

const parts = ['parameters', 'mean', 'variance'] as const;

/**
 * Writes all that a run needs to go on (network, optimiser, random state) as one safetensors file, whole or not at
 * all: an interrupted write leaves the file before it.
 */
export async function saveCheckpoint(path: string, { step, seed, parameters, optimiser }: TrainingState): Promise<void> {
  const { debias1, debias2, mean, variance } = optimiser;
  const tensors: HostTensors = { debias1, debias2, ...within('parameters', parameters), ...within('mean', mean), ...within('variance', variance) };
  const views = mapTensors(tensors, ({ shape, data }): TensorView => ({ dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }));
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, views, { metadata: { format: 'pt', step: `${step}`, seed: `${seed}` } });
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
    const [step, seed] = [file.metadata.step, file.metadata.seed].map(Number) as [number, number];
    if (!Number.isInteger(step) || !Number.isInteger(seed)) {
      throw new ConfigError(`${path}: expected a training checkpoint with step and seed, got other weights. Choose a file of saveCheckpoint.`, {
        details: { file: path },
      });
    }
    const [parameters, mean, variance] = (await Promise.all(parts.map((part) => readPart(file, part)))) as [HostTensors, HostTensors, HostTensors];
    const [debias1, debias2] = await Promise.all(['debias1', 'debias2'].map(async (name) => hostTensor(await file.readFloat32(name), [])));
    return { step, seed, parameters, optimiser: { debias1: debias1!, debias2: debias2!, mean, variance } };
  } finally {
    await file.close();
  }
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
