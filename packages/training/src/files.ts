import { ConfigError, FileError, makeFolder, nodeModule } from '@prefix-tuning/base';
import type { FolderSource, FolderTarget } from '@prefix-tuning/prefix';
import { openSafetensors, serializeSafetensors, writeFileAtomically, writeSafetensors, type TensorView } from '@prefix-tuning/safetensors';
import { hostTensor } from '@prefix-tuning/jit';
import { mapTensors, type HostTensors } from './tensors.js';

const { readFile } = nodeModule('node:fs/promises');

export { makeFolder };

/**
 * A file of a folder, for messages.
 *
 * @throws ConfigError  if there is no folder, as from plain JavaScript
 */
export function nameOf(folder: FolderSource, file: string): string {
  if (!folder) throw new ConfigError(`tuning: expected the path of a folder, or its files' bytes by name, got ${String(folder)}. Pass what tuning.save wrote.`);
  return typeof folder === 'string' ? `${folder}/${file}` : file;
}

/** Writes 32-bit float parameters as a safetensors file, whole or not at all; makes the folder. */
export async function writeParameters(folder: FolderTarget, file: string, parameters: HostTensors): Promise<void> {
  const views = mapTensors(parameters, ({ shape, data }): TensorView => ({ dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }));
  if (typeof folder !== 'string') {
    folder[file] = serializeSafetensors(views);
    return;
  }
  await makeFolder(folder);
  await writeSafetensors(`${folder}/${file}`, views);
}

/** Reads every tensor of a safetensors file as 32-bit floats. */
export async function readParameters(folder: FolderSource, file: string): Promise<HostTensors> {
  const path = nameOf(folder, file);
  const weights = await openSafetensors(typeof folder === 'string' ? path : bytesOf(folder, file));
  try {
    const names = [...weights.tensors.keys()].sort();
    const tensors = names.map(async (name) => [name, hostTensor(await weights.readFloat32(name), weights.tensors.get(name)!.shape)] as const);
    return Object.fromEntries(await Promise.all(tensors));
  } finally {
    await weights.close();
  }
}

function bytesOf(folder: Exclude<FolderSource, string>, file: string): Uint8Array {
  const bytes = folder[file];
  if (bytes) return bytes;
  throw new FileError(`${file}: expected the file's bytes, got none. Give every file that the method saved, by name.`, { details: { file } });
}

/** Writes plain data as JSON, whole or not at all; makes the folder. */
export async function writeJson(folder: FolderTarget, file: string, value: unknown): Promise<void> {
  await writeText(folder, file, JSON.stringify(value, null, 2));
}

async function writeText(folder: FolderTarget, file: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${text}\n`);
  if (typeof folder !== 'string') {
    folder[file] = bytes;
    return;
  }
  await makeFolder(folder);
  await writeFileAtomically(`${folder}/${file}`, [() => bytes]);
}

/** Writes a checkpoint's `config.json`. JSON.stringify makes 0.0 a 0, which transformers refuses where it wants a float, as of BART's layerdrop. */
export async function writeConfig(folder: FolderTarget, raw: Readonly<Record<string, unknown>>): Promise<void> {
  const text = JSON.stringify(raw, null, 2).replace(/("\w*drop(?:out)?": -?\d+)(?=,?$)/gm, '$1.0');
  await writeText(folder, 'config.json', text);
}

/**
 * Reads a JSON object.
 *
 * @throws FileError  if there is no such file
 * @throws ConfigError  if it is no JSON object
 */
export async function readJson(folder: FolderSource, file: string): Promise<Record<string, unknown>> {
  const path = nameOf(folder, file);
  const text = typeof folder === 'string' ? await readText(path) : new TextDecoder().decode(bytesOf(folder, file));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(`${path}: expected JSON, got ${(cause as Error).message}. Write the file again.`, { details: { file: path }, cause });
  }
  throw new ConfigError(`${path}: expected a JSON object, got another value. Write the file again.`, { details: { file: path } });
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path}: expected a file to read, got ${(cause as Error).message}. Check the path.`, { details: { file: path }, cause });
  });
