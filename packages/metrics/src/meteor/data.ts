import type { Nonbreaking } from './normalize.js';
import type { ParaphraseTable } from './paraphrases.js';
import type { Synonyms } from './synonyms.js';
import { FUNCTION_WORDS, NONBREAKING_WORDS } from './words.js';

/** The resources METEOR matches with. What is missing leaves its stage out, and the signature says so. */
export interface MeteorData {
  /** Lower-case words that count less. */
  readonly functionWords: ReadonlySet<string>;
  /** Words that keep a final dot. */
  readonly nonbreaking: Nonbreaking;
  readonly synonyms?: Synonyms;
  readonly paraphrases?: ParaphraseTable;
  /** Where word lists and synonyms are from, for the signature. */
  readonly sources: { readonly words: string; readonly synonyms?: string };
}

/** What METEOR runs with when nothing is loaded: this package's own word lists, no synonyms, no paraphrases. */
export const BUILT_IN_METEOR_DATA: MeteorData = {
  functionWords: new Set(FUNCTION_WORDS),
  nonbreaking: new Map(Object.entries(NONBREAKING_WORDS)),
  sources: { words: 'built-in' },
};

/** Reads a list of function words, one a line. */
export function parseFunctionWords(text: string): Set<string> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return new Set(lines);
}

/** Reads a list of Moses' nonbreaking prefixes: `#` begins a comment, `#NUMERIC_ONLY#` marks those before numbers. */
export function parseNonbreaking(text: string): Map<string, 'always' | 'number'> {
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/[ \t\f]+/))
    .filter(([word]) => word !== undefined && word !== '' && !word.startsWith('#'));
  return new Map(entries.map(([word, mark]) => [word!, mark === '#NUMERIC_ONLY#' ? 'number' : 'always']));
}
