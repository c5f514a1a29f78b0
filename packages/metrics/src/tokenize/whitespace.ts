/** What Unicode calls white space, as the inside of a bracket expression. */
const UNICODE_SPACE = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
/** The four ASCII separators, which are white space to Python alone. */
const SEPARATORS = `${String.fromCharCode(0x1c)}-${String.fromCharCode(0x1f)}`;

const splitter = (space: RegExp) => (text: string) => text.split(space).filter((token) => token !== '');
const pythonSpace = `[${UNICODE_SPACE}${SEPARATORS}]+`;
const leading = new RegExp(`^${pythonSpace}`);
const spaces = new RegExp(`^${pythonSpace}$`);
const runs = new RegExp(`[${UNICODE_SPACE}]+`, 'g');

/** Splits at ASCII white space, as Perl does with text read as bytes (multi-bleu.perl). */
export const splitAscii = splitter(/[\t-\r ]+/);

/** Splits at Unicode white space, as Perl does with decoded text (mteval). */
export const splitUnicode = splitter(new RegExp(`[${UNICODE_SPACE}]+`));

/** Splits as Python's `str.split()`. */
export const splitPython = splitter(new RegExp(pythonSpace));

/** Removes white space at both ends as Python's `str.strip()`. */
export function stripPython(text: string): string {
  return stripEndPython(text.replace(leading, ''));
}

/** Removes white space at the end as Python's `str.rstrip()`. */
export function stripEndPython(text: string): string {
  let end = text.length;
  // Not by a pattern, which would try each run of white space inside the text from each of its characters.
  while (end > 0 && spaces.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Java's `String.trim`: removes all characters up to the space at both ends, control characters among them. */
export function trimJava(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

/** Every run of Unicode white space, line breaks too, becomes one space. */
export function joinSpaces(text: string): string {
  return text.replace(runs, ' ');
}

/** Lower-cases A to Z only, as Perl does with bytes and mteval does with `tr`. */
export function lowercaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
