import { ConfigError, FileError } from '@prefix-tuning/base';
import { fileSource, type ByteSource } from '@prefix-tuning/safetensors';

/** Where a model's files come from: a folder, the hub's cache, or files that a user picked in a browser. */
export interface ModelFiles {
  /** What messages call it. */
  readonly name: string;
  /** Opens a file, or gives undefined if there is none of that name. The caller closes it. */
  open(file: string): Promise<ByteSource | undefined>;
}

/**
 * A folder of model files (Node only).
 *
 * @throws FileError  if the path is not a folder
 */
export async function folderFiles(folder: string): Promise<ModelFiles> {
  const { stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new FileError(`${folder}: expected a model folder, got ${found ? 'a file' : 'nothing there'}. Check the path.`, { details: { file: folder } });
  }
  const open = async (file: string) => {
    const path = join(folder, file);
    return (await stat(path).catch(() => undefined)) ? fileSource(path) : undefined;
  };
  return { name: folder, open };
}

/** Files held in memory, or picked in a browser, by name. */
export function memoryFiles(files: Readonly<Record<string, ByteSource>>, name = 'model'): ModelFiles {
  return { name, open: async (file) => (Object.hasOwn(files, file) ? files[file] : undefined) };
}

/** No model's JSON files come near this; a bigger one is not read. */
const maxJsonBytes = 200_000_000;

/**
 * Reads a JSON file that holds an object.
 *
 * @returns undefined if there is no such file
 * @throws ConfigError  if it is not JSON
 */
export async function readJson(files: ModelFiles, file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const source = await files.open(file);
  if (!source) return undefined;
  try {
    if (source.size > maxJsonBytes) throw new Error(`${source.size} bytes`);
    const value: unknown = JSON.parse(new TextDecoder().decode(await source.read(0, source.size)));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${JSON.stringify(value).slice(0, 40)}`);
    return value as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(`${files.name}/${file}: expected a JSON object, got ${(cause as Error).message}. Get the file again.`, {
      details: { file: `${files.name}/${file}` },
      cause,
    });
  } finally {
    await source.close();
  }
}

/** Reads a JSON file that must be there. Throws a FileError that says so if it is not. */
export async function requireJson(files: ModelFiles, file: string, cure: string): Promise<Readonly<Record<string, unknown>>> {
  const json = await readJson(files, file);
  if (!json) {
    throw new FileError(`${files.name}: expected ${file}, got a folder without it. ${cure}`, { details: { folder: files.name, file } });
  }
  return json;
}
