/** What Python counts as white space; JavaScript's own class has U+FEFF besides, and lacks U+001C to U+001F and U+0085. */
const SPACE = '[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');
const GAPS = new RegExp(`${SPACE}+`);

/** Takes off white space at both ends, as Python's str.strip does. */
export function strip(text: string): string {
  return text.replace(EDGES, '');
}

/** Splits at white space, as Python's str.split does. */
export function splitWords(text: string): string[] {
  return text.split(GAPS).filter((word) => word !== '');
}
