import { writeFileAtomically, writeSafetensors } from '@prefix-tuning/safetensors';
import type { HostTensors } from '@prefix-tuning/training';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRecipe } from './models.js';

export interface ModelFiles {
  readonly family: ModelRecipe['family'];
  readonly raw: Record<string, unknown>;
  readonly vocabulary: Record<string, unknown>;
  readonly parameters: HostTensors;
  readonly card: string;
}

/** What checkpoints on the hub write before each name. */
const stem = { gpt2: 'transformer.', bart: 'model.' } as const;

/** Writes a model as a Hugging Face folder, in half precision. */
export async function writeModel(folder: string, { family, raw, vocabulary, parameters, card }: ModelFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (file: string, text: string) => writeFileAtomically(join(folder, file), [() => new TextEncoder().encode(text)]);
  const tensors = Object.entries(parameters).map(([name, { shape, data }]) => {
    return [stem[family] + name, { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }] as const;
  });
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(tensors), { half: true });
  await write('config.json', `${JSON.stringify(raw, null, 2)}\n`);
  await write('tokenizer.json', `${JSON.stringify(vocabulary)}\n`);
  await write('README.md', card);
}
