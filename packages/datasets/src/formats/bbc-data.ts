import { DatasetFormatError, show } from '../errors.js';
import { readWholeText, type DataFile } from '../io/text.js';

/** One article in XSum's own form, as its extraction script writes it. */
export interface BbcArticle {
  readonly url: string;
  readonly summary: string;
  /** Paragraphs, a line each. */
  readonly document: string;
}

const sections = ['URL', 'INTRODUCTION', 'RESTBODY'] as const;

/**
 * Reads a `<bbc id>.data` file: `[XSUM]URL[XSUM]`, `[XSUM]INTRODUCTION[XSUM]` and `[XSUM]RESTBODY[XSUM]`, each with its text below.
 *
 * @throws DatasetFormatError  naming the section that is missing, doubled or empty
 */
export async function readBbcData(file: DataFile): Promise<BbcArticle> {
  const text = await readWholeText(file);
  const [before, ...parts] = text.split('[XSUM]');
  const texts = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) {
    if (texts.has(parts[i]!)) throw new DatasetFormatError({ file: file.name, field: parts[i] }, 'expected the section once, got it twice.');
    texts.set(parts[i]!, parts[i + 1]!.trim());
  }
  const missing = sections.find((section) => !texts.get(section));
  if (missing !== undefined) throw new DatasetFormatError({ file: file.name, field: missing }, 'expected a section with text, got none. Extract the article again.');
  if (before !== '' || texts.size !== sections.length || parts.length % 2 !== 0) {
    const other = [...texts.keys()].find((name) => !sections.some((section) => section === name));
    const place = other === undefined ? { line: before === '' ? text.split('\n').length : 1 } : { field: other };
    throw new DatasetFormatError({ file: file.name, ...place }, `expected only the sections ${sections.join(', ')}, got ${[...texts.keys()].map(show).join(', ')} and text outside.`);
  }
  return { url: texts.get('URL')!, summary: texts.get('INTRODUCTION')!.replace(/\s*\n\s*/g, ' '), document: texts.get('RESTBODY')!.replaceAll('\r\n', '\n') };
}
