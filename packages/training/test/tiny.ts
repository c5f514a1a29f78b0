import '@tensorflow/tfjs-backend-cpu';
import { families } from '@prefix-tuning/model';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readJson, readParameters } from '../src/files.js';
import { toTensors, type HostTensors, type MethodName, type Objective, type TokenSequence, type TrainableModel } from '../src/index.js';

export const goldens = fileURLToPath(new URL('./goldens', import.meta.url));

/** The tiny random GPT-2 of tools/goldens/training. */
export async function tinyGpt2(): Promise<TrainableModel> {
  const config = families.gpt2.parseConfig(await readJson(`${goldens}/config.json`), 'config.json');
  const parameters = toTensors(await readParameters(`${goldens}/model.safetensors`));
  return { family: families.gpt2, config, parameters } as unknown as TrainableModel;
}

export interface GoldenRun {
  readonly objective: Objective;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly learningRates: readonly number[];
  readonly clipNorm: number;
  readonly weightDecay: number;
  readonly epsilon: number;
}

export interface Goldens {
  readonly sequences: readonly TokenSequence[];
  readonly runs: Readonly<Record<MethodName, GoldenRun>>;
}

export const readGoldens = async (): Promise<Goldens> => JSON.parse(await readFile(`${goldens}/runs.json`, 'utf8'));

/** The tensors of a golden run, `start`, `gradient` or `end`, by parameter. */
export async function goldenTensors(run: string, part: string): Promise<HostTensors> {
  const all = Object.entries(await readParameters(`${goldens}/${run}.safetensors`));
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
