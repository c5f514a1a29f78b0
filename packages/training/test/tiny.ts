import '@tensorflow/tfjs-backend-cpu';
import { families, type Family } from '@prefix-tuning/model';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readJson, readParameters } from '../src/files.js';
import { toTensors, type HostTensors, type Objective, type TokenSequence, type TrainableModel } from '../src/index.js';

export const goldens = fileURLToPath(new URL('./goldens', import.meta.url));

/** The tiny random models of tools/goldens/training, and their folders. */
export const tiny = { gpt2: `${goldens}/gpt2`, bart: `${goldens}/bart`, llama: `${goldens}/llama`, gemma3_text: `${goldens}/gemma3_text` } as const;
export type TinyName = keyof typeof tiny;

export async function tinyModel(name: TinyName): Promise<TrainableModel> {
  const family = families[name] as unknown as Family;
  const config = family.parseConfig(await readJson(tiny[name], 'config.json'), 'config.json');
  const stored = Object.entries(await readParameters(tiny[name], 'model.safetensors'));
  const parameters = toTensors(Object.fromEntries(stored.flatMap(([key, value]) => (family.parameterName(key) ? [[family.parameterName(key)!, value]] : []))));
  return { family, config, parameters };
}

export const tinyGpt2 = (): Promise<TrainableModel> => tinyModel('gpt2');

export interface GoldenRun {
  readonly objective: Objective;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly labelSmoothing?: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly learningRates: readonly number[];
  readonly clipNorm: number;
  readonly weightDecay: number;
  readonly epsilon: number;
}

export interface Goldens {
  readonly sequences: readonly TokenSequence[];
  readonly runs: Readonly<Record<string, GoldenRun>>;
}

export const readGoldens = async (folder: string = tiny.gpt2): Promise<Goldens> => JSON.parse(await readFile(`${folder}/runs.json`, 'utf8'));

/** The tensors of a golden run, `start`, `gradient` or `end`, by parameter. */
export async function goldenTensors(run: string, part: string, folder: string = tiny.gpt2): Promise<HostTensors> {
  const all = Object.entries(await readParameters(folder, `${run}.safetensors`));
  return Object.fromEntries(all.filter(([name]) => name.startsWith(`${part}/`)).map(([name, value]) => [name.slice(part.length + 1), value]));
}

/** |got - expected| / |expected|, both as vectors. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (got[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return got.length === expected.length ? Math.sqrt(difference / (size || 1)) : Infinity;
}
