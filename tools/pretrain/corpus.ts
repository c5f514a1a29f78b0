import { FileError } from '@prefix-tuning/base';
import { miniText } from '@prefix-tuning/datasets';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Corpus {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

/** Every so many documents one is held out, evenly over the text. */
const HOLD_OUT_EVERY = 50;

/** Prose about the made-up world of the mini data: a document a line. */
export function worldText(seed: number, bytes: number): Corpus {
  return splitDocuments(miniText({ seed, bytes }).split('\n').filter(Boolean));
}

/**
 * General English from a folder of gzipped text files: a paragraph a line, a few hundred words a document.
 *
 * Every file gives documents from all over it, up to its share of `bytes`.
 */
export async function generalText(folder: string, bytes: number): Promise<Corpus> {
  const files = (await readdir(folder).catch((cause: Error) => fail(folder, cause))).filter((file) => file.endsWith('.txt.gz')).sort();
  if (files.length === 0) fail(folder);
  const texts = await Promise.all(files.map(async (file) => gunzipSync(await readFile(join(folder, file))).toString('utf8')));
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  return splitDocuments(texts.flatMap((text) => thin(documentsOf(text), Math.min(1, bytes / total))));
}

function fail(folder: string, cause?: Error): never {
  throw new FileError(`${folder}: expected a folder of .txt.gz files with general English, got ${cause?.message ?? 'none'}. Name it with --text.`, { cause });
}

/** Paragraphs joined to documents of about 1,500 characters. */
function documentsOf(text: string): string[] {
  const documents: string[] = [];
  let current = '';
  for (const line of text.split('\n').filter(Boolean)) {
    current = current ? `${current}\n${line}` : line;
    if (current.length >= 1500) {
      documents.push(current);
      current = '';
    }
  }
  return current ? [...documents, current] : documents;
}

/** Every nth document, so that about `share` of them stay. */
const thin = (documents: readonly string[], share: number): string[] =>
  documents.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));

function splitDocuments(documents: readonly string[]): Corpus {
  const held = (_: string, i: number) => i % HOLD_OUT_EVERY === HOLD_OUT_EVERY - 1;
  return { train: documents.filter((text, i) => !held(text, i)), heldOut: documents.filter(held) };
}
