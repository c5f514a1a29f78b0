import { checkFields, ConfigError, FileError, fileSystem, nodeModule, type FieldsOf } from '@prefix-tuning/base';
import { fileSource, memorySource, type ByteSource } from '@prefix-tuning/safetensors';
import { openHub } from '../hub/files.js';
import type { HubOptions } from '../hub/settings.js';

const { join } = nodeModule('node:path');

/** Where a model's files come from: a folder, the hub's cache, or files that a user picked in a browser. */
export interface ModelFiles {
  /** What messages call it. */
  readonly name: string;
  /** What messages add where a file is missing. */
  readonly ifMissing?: string;
  /** Opens a file, or gives undefined if there is none of that name. The caller closes it. */
  open(file: string): Promise<ByteSource | undefined>;
  /** Whether there is a file, without fetching it. */
  has(file: string): Promise<boolean>;
}

/**
 * A folder of model files (Node only).
 *
 * @throws FileError  if the path is not a folder
 */
export async function folderFiles(folder: string): Promise<ModelFiles> {
  const { stat } = fileSystem(folder);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new FileError(`${folder}: expected a model folder, got ${found ? 'a file' : 'nothing there'}. Check the path.`, { details: { file: folder } });
  }
  const has = async (file: string) => (await stat(join(folder, file)).catch(() => undefined)) !== undefined;
  return { name: folder, has, open: async (file) => ((await has(file)) ? fileSource(join(folder, file)) : undefined) };
}

export const hubFields: FieldsOf<HubOptions> = {
  revision: true, token: true, endpoint: true, cache: true, offline: true, fetch: true, retryDelay: true, onProgress: true,
};

/**
 * The files that a path or a hub id names: the folder if there is one, else the model on the hub (Node only).
 *
 * @throws FileError  if a path names no folder
 * @throws HubError  if an id names no model that can be had
 * @throws ConfigError  for an option that does not exist, or a source that is neither
 */
export async function modelFiles(source: string | ModelFiles, options: HubOptions = {}): Promise<ModelFiles> {
  checkFields('model options', options, Object.keys(hubFields));
  if (typeof source !== 'string') {
    if (typeof source?.open === 'function') return source;
    throw new ConfigError(`model: expected the path of a folder, a hub id or the files themselves, got ${String(source)}. Pass one, such as 'openai-community/gpt2'.`);
  }
  const { stat } = fileSystem(source);
  if (!isHubId(source) || (await stat(source).catch(() => undefined))) return folderFiles(source);
  return openHub(source, options);
}

/** `name` or `organisation/name` of letters, digits, `-`, `_` and dots that do not begin a part. */
export const isHubId = (source: string): boolean => /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(source);

/**
 * Files by name, each as its bytes, as a Blob such as a page fetches or its user picks, or as anything that is read by ranges.
 *
 * @param name  what messages call them, and what PEFT is told that adapters of the model belong to: its hub id, if it has one
 */
export function memoryFiles(files: Readonly<Record<string, Uint8Array | Blob | ByteSource>>, name = 'model'): ModelFiles {
  const has = (file: string) => Object.hasOwn(files, file);
  const open = (file: string): ByteSource => {
    const content = files[file]!;
    return content instanceof Uint8Array || content instanceof Blob ? memorySource(content, `${name}/${file}`) : content;
  };
  return { name, has: async (file) => has(file), open: async (file) => (has(file) ? open(file) : undefined) };
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
    throw new FileError(`${files.name}: expected ${file}, got a folder without it. ${cure}${files.ifMissing ?? ''}`, { details: { folder: files.name, file } });
  }
  return json;
}
