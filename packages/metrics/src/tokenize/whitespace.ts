/** The references disagree on what a space is; these are the classes of the languages they are written in. */
const ASCII = /[\t-\r ]+/;
const UNICODE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
// Python counts the four ASCII separators too; the range \x1c-\x20 ends with the plain space.
const PYTHON = new RegExp('[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+');

const splitter = (space: RegExp) => (text: string) => text.split(space).filter((token) => token !== '');

/** Splits at ASCII white space, as Perl does with text read as bytes (multi-bleu.perl). */
export const splitAscii = splitter(ASCII);

/** Splits at Unicode white space, as Perl does with decoded text (mteval). */
export const splitUnicode = splitter(UNICODE);

/** Splits as Python's `str.split()`. */
export const splitPython = splitter(PYTHON);

/** Removes white space at both ends as Python's `str.strip()`. */
export function stripPython(text: string): string {
  return text.replace(START, '').replace(END, '');
}

/** Removes white space at the end as Python's `str.rstrip()`. */
export function stripEndPython(text: string): string {
  return text.replace(END, '');
}

const START = new RegExp(`^${PYTHON.source}`);
const END = new RegExp(`${PYTHON.source}$`);

/** Lower-cases A to Z only, as Perl does with bytes and mteval does with `tr`. */
export function lowercaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
