import { trimJava } from '../tokenize/whitespace.js';

/** Words that keep a final dot: always, or only before a number. */
export type Nonbreaking = ReadonlyMap<string, 'always' | 'number'>;

// Western European and Cyrillic letters, as METEOR's normaliser lists them.
const ALPHA = 'A-Za-z\u0160\u017d\u0161\u017e\u0178\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e\u0400-\u04ff\u0500-\u0527\ua640-\ua66e\ua67e-\ua697\u1d00-\u1d7f';
const ALNUM = `0-9${ALPHA}`;

const SYMBOL = new RegExp(`[^${ALNUM}\\t-\\r .'\`,\\-\u2018\u2019]`, 'gu');
const DASH_BETWEEN = new RegExp(`([${ALNUM}.])-([${ALNUM}])`, 'g');
const APOSTROPHE_ALONE = new RegExp(`([^${ALPHA}])'([^${ALPHA}])`, 'g');
const APOSTROPHE_BEFORE = new RegExp(`([^${ALPHA}0-9])'([${ALPHA}])`, 'g');
const APOSTROPHE_AFTER = new RegExp(`([${ALPHA}])'([^${ALPHA}])`, 'g');
const APOSTROPHE_INSIDE = new RegExp(`([${ALPHA}])'([${ALPHA}])`, 'g');
const LETTER = new RegExp(`[${ALPHA}]`);
const SPACES = /[ \u2000-\u200a\u202f\u205f\u3000\u00a0]+/g;
/** Lower-case words and single signs with spaces between: text that is as it will be. */
const NORMAL = /^ *(?:(?:[a-z0-9]+|[!-/:-@[-_{-~])(?: +|$))*$/;
/** Words of letters, digits and single dots alone: nothing to separate but dots. */
const PLAIN = /^(?:[A-Za-z0-9 ]|\.(?!\.))*$/;
/** What separates words for Java's StringTokenizer, but for spaces. */
const SEPARATORS = /[\t\n\r\f]/g;

/**
 * The words of a line as METEOR 1.5 sees them with `-norm` and English: Moses-like tokenisation, quotes and dashes
 * unified, dashes within words taken out, lower-cased.
 *
 * A dot stays at its word before a lower-case word, and behind the words of `nonbreaking`; it goes from a word with
 * more dots inside (`U.S.` is `us`).
 *
 * @see Denkowski and Lavie 2014, "Meteor Universal", section 2.1
 */
export function normalizeMeteor(line: string, nonbreaking: Nonbreaking): string[] {
  return splitJava(normalLine(line, nonbreaking));
}

/** The same words in one text, with spaces between, before and after them. */
export function normalLine(line: string, nonbreaking: Nonbreaking): string {
  if (NORMAL.test(line)) return line;
  const plain = PLAIN.test(line);
  const words = splitJava(plain ? line : separateSigns(line));
  const dotted = words.map((word, i) => splitDot(word, words[i + 1], nonbreaking)).join(' ');
  const shown = dotted.includes('MULTI') ? showDotRuns(dotted) : dotted;
  return (plain ? shown : trimJava(shown.replace(SPACES, ' '))).toLowerCase();
}

/** Each step is left out where its signs do not occur. */
function separateSigns(line: string): string {
  let text = ` ${line} `.replace(SYMBOL, ' $& ');
  if (text.includes('..')) text = hideDotRuns(text);
  if (text.includes(',')) text = splitCommas(text);
  text = unifyQuotesAndDashes(text);
  return text.includes("'") ? splitApostrophes(text) : text;
}

/** Splits as Java's StringTokenizer does. */
export function splitJava(text: string): string[] {
  return text.replace(SEPARATORS, ' ').split(' ').filter((word) => word !== '');
}

/** Two and more dots stand for themselves; until the end they are written as a word, as in the original. */
const hideDotRuns = (line: string) => line.replace(/\.{2,}/g, (run) => ` ${'DOT'.repeat(run.length)}MULTI `);
const showDotRuns = (line: string) => line.replace(/((?:DOT)+)MULTI/g, (_, dots: string) => '.'.repeat(dots.length / 3));

/** Separates commas but within numbers. */
function splitCommas(line: string): string {
  return line
    .replace(/([^0-9]),([^0-9])/g, '$1 , $2')
    .replace(/([0-9]),([^0-9])/g, '$1 , $2')
    .replace(/([^0-9]),([0-9])/g, '$1 , $2');
}

function unifyQuotesAndDashes(line: string): string {
  if (!/[`'\u2018-\u201d\u2013-]/.test(line)) return line;
  return line
    .replace(/[`\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]|''/g, ' " ')
    .replaceAll('\u2013', '-')
    .replaceAll('--', '-')
    .replace(DASH_BETWEEN, '$1 $2');
}

/** Contractions are split in front of the apostrophe, `1990's` among them. */
function splitApostrophes(line: string): string {
  return line
    .replace(APOSTROPHE_ALONE, "$1 ' $2")
    .replace(APOSTROPHE_BEFORE, "$1 ' $2")
    .replace(APOSTROPHE_AFTER, "$1 ' $2")
    .replace(APOSTROPHE_INSIDE, "$1 '$2")
    .replace(/([0-9])'s/g, "$1 's");
}

function splitDot(word: string, next: string | undefined, nonbreaking: Nonbreaking): string {
  if (word.length < 2 || !word.endsWith('.')) return word;
  const before = word.slice(0, -1);
  if (before.includes('.') && LETTER.test(before)) return word.replaceAll('.', '');
  const kind = nonbreaking.get(before);
  const keeps = kind === 'always' || (next !== undefined && (/^[a-z]/.test(next) || (kind === 'number' && /^[0-9]/.test(next))));
  return keeps ? word : `${before} .`;
}
