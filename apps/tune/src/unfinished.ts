import { FileError } from '@prefix-tuning/base';
import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Texts on their way to a file, kept beside it so that a command that was stopped writes none of them again. */
export interface Unfinished {
  /** Texts by source that an earlier command left. */
  readonly known: ReadonlyMap<string, string>;
  keep(source: string, text: string): void;
  /** Waits until all are kept: throws if one was not. */
  settle(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Opens FILE.unfinished: a line that says what the texts depend on, then one for each text.
 *
 * @param by  what the texts depend on; those of another command are thrown away
 */
export async function openUnfinished(file: string, by: object): Promise<Unfinished> {
  const path = `${file}.unfinished`;
  const header = JSON.stringify(by);
  const [first, ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  // Behind the last line feed is what a kill left of a line.
  const known = new Map(first === header ? lines.slice(0, -1).flatMap(parse) : []);
  const lineOf = (content: unknown) => `${JSON.stringify(content)}\n`;
  await writeFileAtomically(path, [() => new TextEncoder().encode([`${header}\n`, ...[...known].map(lineOf)].join(''))]);
  let written: Promise<void> = Promise.resolve();
  return {
    known,
    keep: (source, text) => {
      written = written.then(() => appendFile(path, lineOf([source, text])));
      // Told when all is settled.
      written.catch(() => {});
    },
    settle: () =>
      written.catch((cause: Error) => {
        throw new FileError(`${path}: expected room for what is written, got ${cause.message}. Make room, and run the same command again: it goes on.`, { details: { file: path }, cause });
      }),
    remove: () => rm(path, { force: true }),
  };
}

/** A line's source and text; nothing of a damaged line. */
function parse(line: string): [string, string][] {
  try {
    const [source, text] = JSON.parse(line) as unknown[];
    return typeof source === 'string' && typeof text === 'string' ? [[source, text]] : [];
  } catch {
    return [];
  }
}

/** Tells whether the files of a folder are still the ones they were. */
export async function versionOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const all = await Promise.all(names.map(async (name) => [name, await stat(join(folder, name))] as const));
  return all.map(([name, { size, mtimeMs }]) => `${name} ${size} ${mtimeMs}`).join(', ');
}
