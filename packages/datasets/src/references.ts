import { ConfigError } from '@prefix-tuning/base';
import type { Example } from './example.js';

export interface ReferenceLayout {
  /** Texts used per example; the official evaluations of WebNLG and DART use three. */
  readonly count: number;
}

/**
 * References as the evaluation of WebNLG and DART wants them: `files[k][n]` is line n of `reference{k}.lex`.
 *
 * Each text is split at every character that is no letter, digit or underscore, put in lower case, and written with
 * single spaces; an example with fewer texts has empty lines, one with more loses the rest. Equal to DART's published
 * `all-delex-reference{0,1,2}.lex`. WebNLG's also have their accents removed.
 */
export function layoutReferences(examples: readonly Example[], { count }: ReferenceLayout = { count: 3 }): string[][] {
  if (!Number.isInteger(count) || count < 1) throw new ConfigError(`layoutReferences: expected a count of 1 or more, got ${count}.`);
  return Array.from({ length: count }, (_, k) => examples.map(({ targets }) => tokeniseReference(targets[k] ?? '')));
}

/** `It's 5.` becomes `it ' s 5 .` (Python's `' '.join(re.split('(\\W)', text)).lower()` with spaces joined). */
export function tokeniseReference(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}_]/gu, ' $& ')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .join(' ');
}
