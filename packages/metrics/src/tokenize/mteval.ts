import { joinSpaces, lowercaseAscii, splitPython, splitUnicode, stripEndPython } from './whitespace.js';

/** Text to tokens: what every n-gram metric starts from. */
export type Tokenizer = (text: string) => string[];

/** Undoes SGML: skipped-text marks, hyphenated line ends, the four entities. */
function unescapeSgml(text: string): string {
  return text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
}

/** Sets ASCII punctuation apart: period and comma unless beside digits, a dash after a digit, everything else always. */
function spaceWesternPunctuation(text: string): string {
  return ` ${text} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ');
}

/**
 * Tokenises as `mteval-v13a.pl` without its international option: ASCII letters lower-cased.
 *
 * Line breaks inside a segment count as spaces before anything else, since mteval reads its segments from SGML.
 */
export function tokenizeMteval13a(text: string): string[] {
  return splitUnicode(spaceWesternPunctuation(lowercaseAscii(unescapeSgml(joinSpaces(text)))));
}

/**
 * Tokenises as the `pymteval` of the E2E challenge: mteval's rules, lower-cased in Unicode.
 *
 * An empty text gives one empty token there, which counts as a word; so it does here.
 */
export function tokenizePymteval(text: string): string[] {
  const tokens = splitPython(spaceWesternPunctuation(unescapeSgml(text)));
  return tokens.length === 0 ? [''] : tokens.map((token) => token.toLowerCase());
}

/** Tokenises as sacrebleu's `13a`: mteval's rules, case kept. */
export function tokenize13a(text: string): string[] {
  return splitPython(spaceWesternPunctuation(unescapeSgml(stripEndPython(text))));
}

/** Tokenises as sacrebleu's `intl` (mteval-v14's Unicode rules): punctuation unless between digits, and all symbols. */
export function tokenizeInternational(text: string): string[] {
  const spaced = stripEndPython(text)
    .replace(/(\P{N})(\p{P})/gu, '$1 $2 ')
    .replace(/(\p{P})(\P{N})/gu, ' $1 $2')
    .replace(/\p{S}/gu, ' $& ');
  return splitPython(spaced);
}

/** Tokenises as sacrebleu's `char`: every character that is not white space. */
export function tokenizeCharacters(text: string): string[] {
  return Array.from(text).flatMap(splitPython);
}
