import { FileError } from '@prefix-tuning/base';
import { readFile } from 'node:fs/promises';

/** A text file's lines without their ends; a line end at the very end begins no further line. */
export async function readLines(path: string): Promise<string[]> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const got = cause instanceof TypeError ? 'bytes that are not UTF-8' : (cause as Error).message;
    throw new FileError(`${path}: expected a readable text file in UTF-8, got ${got}.`, { details: { path }, cause });
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new FileError(`${path}: expected a line for each segment, got an empty file.`, { details: { path } });
  return lines;
}

/**
 * References in the E2E challenge's layout: a line each, an empty line between the groups of two inputs.
 *
 * A file without empty lines has one reference an input.
 */
export async function readGroups(path: string): Promise<string[][]> {
  const lines = (await readLines(path)).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new FileError(`${path}: expected a reference a line, got empty lines alone.`, { details: { path } });
  if (!lines.includes('')) return lines.map((line) => [line]);
  const groups: string[][] = [[]];
  lines.forEach((line, i) => {
    if (line !== '') groups.at(-1)!.push(line);
    else if (groups.at(-1)!.length > 0) groups.push([]);
    else {
      throw new FileError(`${path}, line ${i + 1}: expected a reference, got a second empty line. Separate groups by one empty line.`, {
        details: { path, line: i + 1 },
      });
    }
  });
  return groups;
}

/** References in the layout of WebNLG, DART and most others: a file for each, a line an input, empty where there is none. */
export async function readParallel(paths: readonly string[]): Promise<string[][]> {
  const files = await Promise.all(paths.map(readLines));
  const count = files[0]!.length;
  files.forEach((lines, i) => {
    if (lines.length === count) return;
    throw new FileError(`${paths[i]}: expected as many lines as ${paths[0]} has (${count}), got ${lines.length}.`, {
      details: { path: paths[i], expected: count, got: lines.length },
    });
  });
  return files[0]!.map((_, i) => files.map((lines) => lines[i]!));
}

/** A system's outputs, a line each. */
export async function readHypotheses(path: string, expected: number): Promise<string[]> {
  const lines = await readLines(path);
  if (lines.length !== expected) {
    throw new FileError(`${path}: expected an output for each of the ${expected} inputs with references, got ${lines.length} lines.`, {
      details: { path, expected, got: lines.length },
    });
  }
  return lines;
}

/** For each input `seen` or `unseen`, a line each. */
export async function readSubsets(path: string): Promise<('seen' | 'unseen')[]> {
  return (await readLines(path)).map((line, i) => {
    const word = line.trim();
    if (word === 'seen' || word === 'unseen') return word;
    throw new FileError(`${path}, line ${i + 1}: expected seen or unseen, got ${JSON.stringify(word)}.`, { details: { path, line: i + 1 } });
  });
}
