import { ConfigError, makeFolder, type FileError } from '@prefix-tuning/base';
import { fileSource, memorySource, openSafetensors, serializeSafetensors, writeFileAtomically, writeSafetensors, type ByteSource, type TensorView } from '@prefix-tuning/safetensors';
import { PrefixFileError } from '../errors.js';
import type { Values } from '../values.js';

export const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';

/** Where a folder's files come from: a path (Node only), or their contents by name (anywhere). */
export type FolderSource = string | Readonly<Record<string, Uint8Array>>;

/** Where a folder's files go: a path (Node only), or an object that is given their contents by name (anywhere). */
export type FolderTarget = string | Record<string, Uint8Array>;

/**
 * The path of a file in a folder, for reading and for messages.
 *
 * @throws ConfigError  if there is no source, as from plain JavaScript
 */
export function nameOf(source: FolderSource, file: string): string {
  if (!source) throw new ConfigError(`prefix: expected the path of a folder, or its files' bytes by name, got ${String(source)}. Pass the folder that savePrefix wrote.`);
  return typeof source === 'string' ? `${source}/${file}` : file;
}

/** Writes an adapter folder's two files, each whole or not at all. */
export async function writeAdapter(folder: FolderTarget, config: object, tensors: Readonly<Record<string, Values>>): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`);
  const views = Object.entries(tensors).map(([name, { shape, data }]): [string, TensorView] => [name, { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }]);
  if (typeof folder !== 'string') {
    Object.assign(folder, { [weightsFile]: serializeSafetensors(Object.fromEntries(views)), [configFile]: text });
    return;
  }
  await makeFolder(folder);
  await writeSafetensors(`${folder}/${weightsFile}`, Object.fromEntries(views));
  await writeFileAtomically(`${folder}/${configFile}`, [() => text]);
}

/** The text of `adapter_config.json`. */
export async function readConfig(source: FolderSource): Promise<string> {
  const file = await open(source, configFile);
  try {
    return new TextDecoder().decode(await file.read(0, file.size));
  } finally {
    await file.close();
  }
}

/**
 * Reads one tensor of the weight file as 32-bit floats.
 *
 * @throws PrefixFileError  if it is not there in this shape
 */
export async function readTensor(source: FolderSource, tensor: string, shape: readonly number[]): Promise<Values> {
  const file = nameOf(source, weightsFile);
  const weights = await openSafetensors(await open(source, weightsFile));
  try {
    const entry = weights.tensors.get(tensor);
    if (!entry || entry.shape.join() !== shape.join()) {
      const got = entry ? `[${entry.shape.join(', ')}]` : `only ${[...weights.tensors.keys()].join(', ')}`;
      throw new PrefixFileError(`${file}: expected a tensor ${tensor} [${shape.join(', ')}], got ${got}. Check that both files are of one adapter.`, {
        details: { file, tensor, expected: shape, got: entry?.shape },
      });
    }
    return { dtype: 'float32', shape, data: await weights.readFloat32(tensor) };
  } finally {
    await weights.close();
  }
}

const missing = (file: string, cause?: unknown) =>
  new PrefixFileError(`${file}: expected the file of a saved prefix, got none. Save it with savePrefix, or with PEFT as safetensors.`, { details: { file }, cause });

async function open(source: FolderSource, file: string): Promise<ByteSource> {
  const name = nameOf(source, file);
  if (typeof source !== 'string') {
    const bytes = source[file];
    if (!bytes) throw missing(name);
    return memorySource(bytes, name);
  }
  return fileSource(name).catch((error: FileError) => {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes((error.cause as { code?: string } | undefined)?.code ?? '');
    throw isMissing ? missing(name, error) : error;
  });
}
