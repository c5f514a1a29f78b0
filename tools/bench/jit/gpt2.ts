/**
 * The model that is measured: GPT-2 small's shape (12 layers, width 768, vocabulary 50257) with random weights that lie in
 * a file, prefix 10, batch 10 x 64 tokens, all positions scored.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { crossEntropy, hostTensor, sizeOf, storedTensor, type HostTensor } from '@prefix-tuning/jit';
import { families } from '@prefix-tuning/model';
import * as tf from '@tensorflow/tfjs-core';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const [B, T, P] = [10, 64, 10];
export const shape = { layers: 12, width: 768, heads: 12, vocabulary: 50257 };
const { layers, width, heads, vocabulary } = shape;
const family = families.gpt2;
const config = family.parseConfig({ model_type: 'gpt2', n_layer: layers, n_embd: width, n_head: heads, vocab_size: vocabulary, n_positions: 1024 }, 'bench');
const parameterShapes = Object.entries(family.parameterShapes(config));
/** Number of weights. */
export const weightCount = parameterShapes.reduce((sum, [, dims]) => sum + sizeOf(dims), 0);

/** Cheap noise: the numbers matter to no measurement, but zeros would. */
export function noise(dims: readonly number[], scale = 0.02): HostTensor {
  let state = 12345;
  const data = new Float32Array(sizeOf(dims));
  for (let i = 0; i < data.length; i++) data[i] = ((state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31) * scale;
  return hostTensor(data, dims);
}

export type Tree = Record<string, tf.Tensor>;

/** The weights in a file of their own. `dispose` removes it. */
export function weightsInFile(): { parameters: Tree; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-jit-'));
  const path = join(folder, 'weights.bin');
  const file = openSync(path, 'w');
  // The same numbers again and again, so that memory never holds more than a little of them.
  const piece = noise([1 << 20]).data;
  for (let left = weightCount; left > 0; left -= piece.length) writeSync(file, piece.subarray(0, left));
  closeSync(file);
  let offset = 0;
  const parameters: Tree = {};
  for (const [name, dims] of parameterShapes) {
    parameters[name] = storedTensor({ path, offset }, dims);
    offset += 4 * sizeOf(dims);
  }
  return { parameters, dispose: () => rmSync(folder, { recursive: true }) };
}

/** The weights in memory, as full training takes them. */
export const weightsInMemory = (): Record<string, HostTensor> => Object.fromEntries(parameterShapes.map(([name, dims]) => [name, noise(dims)]));

const rng = createRng(1);
const ids = (dims: readonly number[]): HostTensor => hostTensor(Int32Array.from({ length: sizeOf(dims) }, () => rng.integer(vocabulary)), dims, 'int32');
export const batch = { ids: ids([B, T]), targets: ids([B * T]), weights: hostTensor(new Float32Array(B * T).fill(1 / B), [B * T]) };
export const past = Array.from({ length: 2 * layers }, () => noise([1, heads, P, width / heads], 1));

function loss(parameters: Tree, past: readonly tf.Tensor[], { ids, targets, weights }: Tree): tf.Scalar {
  const pairs = Array.from({ length: past.length / 2 }, (_, l) => ({ key: past[2 * l]!, value: past[2 * l + 1]! }));
  const { hidden } = family.forward(parameters, config, { ids, ...(pairs.length > 0 ? { past: pairs } : {}) });
  return crossEntropy(tf.reshape(hidden, [B * T, width]), family.outputWeights(parameters), targets!, weights!);
}

/** Loss and gradients by the prefix's keys and values alone. */
export const prefixStep =
  (parameters: Tree) =>
  ({ past, batch }: { past: readonly tf.Tensor[]; batch: Tree }) =>
    tf.valueAndGrads((...past) => loss(parameters, past, batch))([...past]);

/** Loss and gradients by all weights. */
export function fineTuneStep({ parameters, batch }: { parameters: Tree; batch: Tree }) {
  const names = Object.keys(parameters);
  const record = (list: readonly tf.Tensor[]) => Object.fromEntries(names.map((name, i) => [name, list[i]!]));
  return tf.valueAndGrads((...list) => loss(record(list), [], batch))(names.map((name) => parameters[name]!));
}
