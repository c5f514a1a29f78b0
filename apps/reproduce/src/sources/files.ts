import { FileError, makeFolder } from '@prefix-tuning/base';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '@prefix-tuning/safetensors';

/** Writes a text file whole or not at all, and the folders above it. */
export async function writeText(file: string, text: string): Promise<void> {
  await makeFolder(dirname(file));
  await writeFileAtomically(file, [() => new TextEncoder().encode(text)]);
}

export const writeJson = (file: string, value: unknown): Promise<void> => writeText(file, `${JSON.stringify(value, null, 2)}\n`);

/**
 * A JSON file's content, or undefined if there is no such file.
 *
 * @throws FileError  if it holds something else, as after a crash of the machine
 */
export async function readJson<T>(file: string): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new FileError(`${file}: expected JSON, got: ${(cause as Error).message}. Delete the file and start again.`, { details: { file }, cause });
  }
}

/** SHA-256 of files, in the order given, hexadecimal. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');
