import type { Rng } from '@prefix-tuning/base';

const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.integer(items.length)]!;

type Edit = (words: string[], rng: Rng) => string[];

/** What systems do to a sentence, and what keyboards, encodings and tokenisers do to it. */
const edits: readonly Edit[] = [
  (words, rng) => words.filter((_, i) => i !== rng.integer(words.length)),
  (words, rng) => words.toSpliced(rng.integer(words.length), 0, pick(rng, ['the', 'very', 'also', 'and', 'restaurant', 'in', 'located'])),
  (words, rng) => swap(words, rng.integer(words.length - 1)),
  (words, rng) => moveBlock(words, rng),
  (words, rng) => replaceAt(words, rng, (word) => `${word} ${word}`),
  (words, rng) => replaceAt(words, rng, (word) => word.toUpperCase()),
  (words, rng) => replaceAt(words, rng, (word) => word.replace(/^./, (letter) => letter.toUpperCase())),
  (words, rng) => replaceAt(words, rng, (word) => `${word}s`),
  (words, rng) => replaceAt(words, rng, (word) => `"${word}"`),
  (words, rng) => replaceAt(words, rng, (word) => `\u201c${word}\u201d`),
  (words, rng) => replaceAt(words, rng, (word) => `(${word})`),
  (words, rng) => replaceAt(words, rng, (word) => `${word}-${word}`),
  (words, rng) => replaceAt(words, rng, (word) => `${word}'s`),
  (words, rng) => replaceAt(words, rng, (word) => `${word}${pick(rng, [',', ';', ':', '...', '!', '?', ' -', '\u2014', '/'])}`),
  (words, rng) => replaceAt(words, rng, () => pick(rng, CURIOSITIES)),
  (words, rng) => words.slice(0, Math.max(1, Math.floor(words.length * (0.3 + 0.6 * rng.uniform())))),
];

/** Tokens on which tokenisers differ. */
const CURIOSITIES = [
  '£20-25', '3.14', '1,000,000', '5-star', "don't", "isn't", "they'll", 'U.S.', 'Mr.', 'e.g.', 'Inc.', 'a.m.', 'café', 'naïve', 'Ł20',
  'www.example.com', 'mail@example.org', 'and/or', '&amp;', '&quot;', '&lt;b&gt;', 'AT&T', '€30', '½', '10%', '#1', '@home', 'C++',
  '24/7', '2017-03-04', '12/11/2016', '(555) 123-4567', 'cannot', 'gonna', "'til", "rock'n'roll", "O'Neil", 'x86_64', '…', '--', '100°C',
  'Ph.D.', 'No.', 'no. 5', '\u00a0', 'łódź', 'Ünïcödé', "l'été", '5°', '$5.00', '1990s', "'90s", ':-)', '<skipped>', 'état-major',
];

function swap(words: readonly string[], i: number): string[] {
  return words.map((word, j) => (j === i ? (words[i + 1] ?? word) : j === i + 1 ? words[i]! : word));
}

function moveBlock(words: readonly string[], rng: Rng): string[] {
  const start = rng.integer(words.length);
  const block = words.slice(start, start + 1 + rng.integer(4));
  const rest = words.toSpliced(start, block.length);
  return rest.toSpliced(rng.integer(rest.length + 1), 0, ...block);
}

function replaceAt(words: readonly string[], rng: Rng, change: (word: string) => string): string[] {
  return words.with(rng.integer(words.length), change(pick(rng, words)));
}

/** The text after a number of random edits. */
export function disturb(text: string, rng: Rng, count: number): string {
  let words = text.split(' ');
  for (let i = 0; i < count; i++) {
    const next = pick(rng, edits)(words, rng);
    if (next.length > 0) words = next;
  }
  return words.join(' ');
}

export { pick };
