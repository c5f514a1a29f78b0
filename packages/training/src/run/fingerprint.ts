import { nodeModule } from '@prefix-tuning/base';
import { toHost, type HostTensor } from '@prefix-tuning/jit';
import type { Hash } from 'node:crypto';
import type { BatchSource } from '../batches/source.js';
import type { TrainableModel } from '../model.js';
import type { HostTensors } from '../tensors.js';

const { createHash } = nodeModule('node:crypto');

/** SHA-256 of names, shapes and values. */
export function tensorsHash(tensors: HostTensors): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(tensors).sort()) addTensor(hash, name, tensors[name]!);
  return hash.digest('hex');
}

/** SHA-256 of a model's configuration and weights. */
export function modelHash({ family, config, parameters }: TrainableModel): string {
  const hash = createHash('sha256').update(`${family.name} ${JSON.stringify(config)}`);
  for (const name of Object.keys(parameters).sort()) addTensor(hash, name, toHost(parameters[name]!));
  return hash.digest('hex');
}

/** SHA-256 of the batches of a pass in the data's own order: of all that a step reads of the data. */
export function dataHash(batches: BatchSource): string {
  const hash = createHash('sha256');
  for (const { ids, tensors } of batches.epoch()) {
    hash.update(JSON.stringify(ids));
    addBatch(hash, tensors);
  }
  return hash.digest('hex');
}

type Nested = { readonly [name: string]: HostTensor | Nested };

function addBatch(hash: Hash, tensors: Nested): void {
  for (const [name, value] of Object.entries(tensors)) {
    if (isTensor(value)) addTensor(hash, name, value);
    else addBatch(hash, value);
  }
}

const isTensor = (value: HostTensor | Nested): value is HostTensor => ArrayBuffer.isView(value.data);

function addTensor(hash: Hash, name: string, { shape, dtype, data }: HostTensor): void {
  hash.update(`${name} ${dtype} ${shape.join(',')}`).update(data);
}
