import { BEFORE_NUMBER, PLACES, STARTERS, TITLES } from './abbreviations.js';

/** What a match becomes: itself, or these tokens; none for punctuation that the caption scripts remove. */
export interface Rule {
  readonly pattern: RegExp;
  readonly tokens?: (text: string) => readonly string[];
}

const ALNUM = '[\\p{L}\\p{M}\\p{Nd}\u00ad]';
const LETTER = '[\\p{L}\\p{M}\u00ad]';
const QUOTE = "['\u2019\u0092]";
const NOT_IN_WORD = `(?!${ALNUM})`;
/** A clitic that the Penn Treebank parts from its host: 's 'm 'd 're 've 'll. */
const CLITIC = `${QUOTE}(?:s|m|d|re|ve|ll)${NOT_IN_WORD}`;
/** Letters and digits; an apostrophe stays inside o'clock, d'Artagnan, N'Golo and between vowels, as in Ra'ad. */
const PART = `(?:[odlnj]${QUOTE}(?=${LETTER}{2}))?${ALNUM}+(?:(?<=[aeiou])${QUOTE}(?=[aeiou])${LETTER}+)?`;

const rule = (source: string, tokens?: Rule['tokens'], flags = ''): Rule =>
  tokens === undefined ? { pattern: new RegExp(source, `uy${flags}`) } : { pattern: new RegExp(source, `uy${flags}`), tokens };
const remove = () => [];
const plainQuote = (text: string) => [text.replace(/[\u2019\u0092]/g, "'")];

const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  '(': ['-lrb-'],
  ')': ['-rrb-'],
  '[': ['-lsb-'],
  ']': ['-rsb-'],
  '{': ['-lcb-'],
  '}': ['-rcb-'],
  // The treebank is older than the euro and typed in ASCII.
  '\u00a3': ['#'],
  '\u20ac': ['$'],
  '\u0080': ['$'],
  '\u00a4': ['$'],
  '\u00a2': ['cents'],
  '\u00bc': ['1/4'],
  '\u00bd': ['1/2'],
  '\u00be': ['3/4'],
  '\u2153': ['1/3'],
  '\u2154': ['2/3'],
};
const ENTITIES: Readonly<Record<string, readonly string[]>> = { '&amp;': ['&'], '&lt;': ['<'], '&gt;': ['>'] };

/** Which text is a token: the first rule that matches at a place wins, so what is more particular comes first. */
export const RULES: readonly Rule[] = [
  // Markup, addresses and names of the web are one token each.
  rule('</?[a-z]\\w*(?:[ \\t]+[\\w-]+=(?:"[^"\\n]*"|[^\\s<>"]+))*[ \\t]*/?>|<!--.*?-->|-[lr][rcs]b-|&#\\d+;', undefined, 'i'),
  rule('(?:https?|ftp)://[^\\s<>"|(){}]*[^\\s<>"|(){}.,;:!?\'-]', undefined, 'i'),
  rule('(?:www\\.)?(?:[a-z0-9-]+\\.)+(?:com|net|org|edu|gov|co\\.uk|org\\.uk)(?:/[^\\s<>"|(){}]*[^\\s<>"|(){}.,;:!?\'-])?(?![a-z0-9])', undefined, 'i'),
  rule('[a-z0-9][\\w.%+-]*@(?:[a-z0-9-]+\\.)+[a-z]+\u201d?', undefined, 'i'),
  rule('[@#][a-z_]\\w*', undefined, 'i'),
  rule('&(?:amp|lt|gt);', (text) => ENTITIES[text.toLowerCase()]!, 'i'),
  rule('&(?:quot|apos|nbsp|mdash|ndash);', remove, 'i'),
  // Contractions without an apostrophe, and archaic 'tis.
  rule(`(?:cannot|gonna|gotta|lemme|gimme|wanna)${NOT_IN_WORD}`, (text) => [text.slice(0, 3), text.slice(3)], 'i'),
  rule(`'(?=t(?:is|was)${NOT_IN_WORD})t`, undefined, 'i'),
  // A doubled quotation mark is no apostrophe; two opened or closed at once are not in the scripts' list of punctuation.
  rule("''|``", remove),
  rule('\u201c{2,}|\u201d{2,}', (text) => [(text.startsWith('\u201c') ? '``' : "''").repeat(text.length)]),
  rule(`n${QUOTE}t${NOT_IN_WORD}`, plainQuote, 'i'),
  rule(CLITIC, plainQuote, 'i'),
  // Here, as inside words, a quote stays as it is.
  rule(`${QUOTE}n${QUOTE}|${QUOTE}(?:em|til|cause|n)${NOT_IN_WORD}|${QUOTE}\\d\\d(?:s${NOT_IN_WORD}|(?=\\s|$))`, undefined, 'i'),
  rule(`y${QUOTE}(?=all${NOT_IN_WORD})`, undefined, 'i'),
  rule(`${LETTER}+(?=n${QUOTE}t${NOT_IN_WORD})`, undefined, 'i'),
  // Abbreviations keep their period; a unit such as m (million) does not before a word that starts a sentence.
  rule(`(?:[a-z]\\.)+[a-z](?:\\.|${NOT_IN_WORD})(?:-${PART})*|(?:${TITLES})\\.(?=\\s|$|[^\\p{L}\\p{N}\\s.-])|(?:${BEFORE_NUMBER})\\.(?=\\s*\\d)`, undefined, 'i'),
  rule(`(?:${PLACES})\\.(?=\\s|$)|[A-Z]\\.(?!${ALNUM})|[a-z]\\.(?!${ALNUM}|\\s+(?:${STARTERS})${NOT_IN_WORD})|${LETTER}+\\.(?=[,;:])`),
  rule('\\p{Lu}+&(?:amp;)?\\p{Lu}+', (text) => [text.replace('&amp;', '&')]),
  // Amounts: the letters of a dollar stay with it; a unit is parted from a number with separators, not from a whole one.
  rule('c\\+\\+|[cf]#', undefined, 'i'),
  rule('[A-Z]{1,3}\\$'),
  // Telephone numbers are one token, with fixed spaces inside.
  rule('(?:\\(\\d{3}\\) ?|\\d{2,4}[ -])\\d{3,4}(?:[ -]\\d{3,4}){1,2}(?![\\d-])', (text) => [text.replace(/[()]/g, (b) => SYMBOLS[b]![0]!).replace(/ /g, '\u00a0')]),
  rule(`(?:[+-](?<![\\p{L}\\p{N}][+-]))?\\d*(?:[.,:]\\d+)+(?:-${PART})*`),
  // Where the space after a sentence or clause is missing, nothing is parted either.
  rule(`${LETTER}${ALNUM}*(?:[.!?]${LETTER}+)+|${ALNUM}+[.,]-${PART}`, undefined, 'i'),
  // Words: hyphens, underscores and slashes inside them part nothing.
  rule(`${PART}(?:[-\u2010\u2011_/]${PART})*`, undefined, 'i'),
  rule('[+-]\\d+'),
  rule("[:;=]['-]?[()]|:-?(?:[pd](?![a-z0-9])|[[\\]])", (text) => [text.replace(/[()]/g, (bracket) => SYMBOLS[bracket]![0]!)], 'i'),
  // The original knows no characters beyond the basic plane (emoji), of control or private use, and none that only direct the layout.
  rule('[\u{10000}-\u{10ffff}\\p{Cf}\\p{Variation_Selector}]', remove),
  rule('(?!\u0080|\u0085|[\u0091-\u0097])[\\p{Cc}\\p{Co}\ufffd]', remove),
  // Runs of ! and ? are not in the scripts' list of punctuation, single ones are.
  rule('[!?]{2,}|_+|\\*+|#+|@+|<<|>>'),
  rule('[.,;:!?`"\'\u2026\u2010-\u2019\u201b-\u201d\u2039\u203a\u00ab\u00bb\u0085\u0091-\u0097-]', remove),
  rule('[^\\s]', (text) => SYMBOLS[text] ?? [text]),
];
