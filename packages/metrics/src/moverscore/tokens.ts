const PUNCTUATION = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** Whether a token is one character of Python's string.punctuation. */
export function isPunctuation(token: string): boolean {
  return PUNCTUATION.has(token);
}

/** Whether a token goes on a word, as WordPiece marks it. */
export function isSubword(token: string): boolean {
  return token.includes('##');
}
