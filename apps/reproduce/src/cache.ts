import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from './run.js';

/** The folder of a run: its name is the hash of everything that decides the result. */
export function runFolder(root: string, id: string, decides: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(decides)).digest('hex').slice(0, 12);
  return join(root, 'runs', `${id}-${hash}`);
}

/** The result of a run that ended, or undefined. */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const file = join(folder, 'result.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as RunResult) : undefined;
}

/** Writes the outputs, and last the result, which says that the run is whole. */
export async function writeResult(folder: string, result: RunResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeText(join(folder, 'outputs.txt'), `${result.outputs.join('\n')}\n`);
  await writeText(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes a text file whole or not at all. */
export async function writeText(file: string, text: string): Promise<void> {
  await writeFileAtomically(file, [() => new TextEncoder().encode(text)]);
}
