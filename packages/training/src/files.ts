import { ConfigError, FileError, makeFolder } from '@prefix-tuning/base';
import { openSafetensors, writeFileAtomically, writeSafetensors, type TensorView } from '@prefix-tuning/safetensors';
import { readFile } from 'node:fs/promises';
import { hostTensor } from '@prefix-tuning/jit';
import { mapTensors, type HostTensors } from './tensors.js';

export { makeFolder };

/** Writes 32-bit float parameters as a safetensors file, whole or not at all; makes the folder. */
export async function writeParameters(folder: string, file: string, parameters: HostTensors): Promise<void> {
  await makeFolder(folder);
  const views = mapTensors(parameters, ({ shape, data }): TensorView => ({ dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }));
  await writeSafetensors(`${folder}/${file}`, views);
}

/** Reads every tensor of a safetensors file as 32-bit floats. */
export async function readParameters(path: string): Promise<HostTensors> {
  const file = await openSafetensors(path);
  try {
    const names = [...file.tensors.keys()].sort();
    const tensors = names.map(async (name) => [name, hostTensor(await file.readFloat32(name), file.tensors.get(name)!.shape)] as const);
    return Object.fromEntries(await Promise.all(tensors));
  } finally {
    await file.close();
  }
}

/** Writes plain data as JSON, whole or not at all; makes the folder. */
export async function writeJson(folder: string, file: string, value: unknown): Promise<void> {
  await writeText(folder, file, JSON.stringify(value, null, 2));
}

async function writeText(folder: string, file: string, text: string): Promise<void> {
  await makeFolder(folder);
  await writeFileAtomically(`${folder}/${file}`, [() => new TextEncoder().encode(`${text}\n`)]);
}

/** Writes a checkpoint's `config.json`. JSON.stringify makes 0.0 a 0, which transformers refuses where it wants a float, as of BART's layerdrop. */
export async function writeConfig(folder: string, raw: Readonly<Record<string, unknown>>): Promise<void> {
  const text = JSON.stringify(raw, null, 2).replace(/("\w*drop(?:out)?": -?\d+)(?=,?$)/gm, '$1.0');
  await writeText(folder, 'config.json', text);
}

/**
 * Reads a JSON object.
 *
 * @throws FileError  if there is no such file
 * @throws ConfigError  if it is no JSON object
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path}: expected a file to read, got ${(cause as Error).message}. Check the path.`, { details: { file: path }, cause });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(`${path}: expected JSON, got ${(cause as Error).message}. Write the file again.`, { details: { file: path }, cause });
  }
  throw new ConfigError(`${path}: expected a JSON object, got another value. Write the file again.`, { details: { file: path } });
}
