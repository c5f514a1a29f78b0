import type { Rng } from '@prefix-tuning/base';
import type { GoldenSegment } from './meteor-ter-inputs.js';

const marks = ['.', ',', '!', '?', '...', '..', ';', ':', '--', '-', '"', "'", '`', '(', ')', '[', ']', '«', '»', '“', '”', '‘', '’', '–', '—', '%', '$', '&amp;', '&quot;', '#', '@', '/', '\\', '_', '|', "''", '<skipped>'];
const emoji = ['😀', '👩‍👩‍👧', '🏳️‍🌈', '👍🏽', '🇫🇷', '❤️', '😀😀', 'ok👌'];
const foreign = ['مرحبا', 'بالعالم', 'שלום', 'עולם', 'Привет', 'мир', '中文', '日本語テキスト', '안녕', 'ñandú', 'façade', 'İstanbul', 'straße', 'ΣΊΣΥΦΟΣ', 'e\u0301te\u0301', '\u200bzero', 'soft\u00adhyphen', 'no\u00a0break', 'thin\u2009space', '\ufeffbom', 'Ångström', '１２３'];
const words = ['the', 'a', 'b', 'cat', 'sat', 'on', 'mat', 'The', 'CAT', 'running', 'runs', 'ran', 'better', 'good', "don't", "cat's", "1990's", "O'Neill", 'e.g.', 'i.e.', 'U.S.', 'Mr.', 'No.', 'Inc.', 'p.m.', '3.14', '1,000', '1,a', 'a,1', '12-13', 'x-ray', 'state-of-the-art', 'a.b', 'A.B.', 'v.', 'vs.', 'Nos.', '7', '007', 'wolves', 'geese', 'children', 'was', 'skies', 'dying', 'beautiful', 'cupful', 'spoonfuls', 'boxes', 'ss', 's'];

/** Texts that break assumptions: empty, one word, only marks, emoji, right-to-left, very long, repeated, odd spaces. */
export function hostileSegments(rng: Rng, count: number): GoldenSegment[] {
  return Array.from({ length: count }, (_, i) => {
    const own = rng.fork(`segment-${i}`);
    const references = Array.from({ length: 1 + own.integer(3) }, () => text(i, own));
    const hypothesis = own.uniform() < 0.1 ? references[0]! : text(i, own);
    return { hypothesis, references };
  });
}

function text(i: number, rng: Rng): string {
  if (i === 0) return Array.from({ length: 10_000 }, (_, k) => `w${(k * 7919 + rng.integer(3)) % 10_007}`).join(' ');
  if (i === 1) return 'again and '.repeat(40 + rng.integer(20)).trim();
  const kind = kinds[i % kinds.length]!;
  return kind(rng);
}

const some = (pool: readonly string[], rng: Rng, most: number) =>
  Array.from({ length: rng.integer(most + 1) }, () => pool[rng.integer(pool.length)]!);

type Kind = (rng: Rng) => string;

const kinds: readonly Kind[] = [
  (rng) => some(words, rng, 3).join(' '),
  (rng) => (rng.uniform() < 0.5 ? '' : words[rng.integer(words.length)]!),
  (rng) => some(marks, rng, 12).join(rng.uniform() < 0.5 ? ' ' : ''),
  (rng) => some(emoji, rng, 8).join(' '),
  (rng) => some(foreign, rng, 10).join(' '),
  (rng) => some([...words, ...marks], rng, 30).join(' '),
  (rng) => some([...words, ...marks], rng, 30).join(rng.uniform() < 0.5 ? '' : '  '),
  (rng) => some([...words, ...emoji, ...foreign], rng, 20).join(' '),
  (rng) => some(['the', 'cat', 'a'], rng, 25).join(' '),
  (rng) => `${words[rng.integer(words.length)]!} `.repeat(1 + rng.integer(12)).trim(),
  (rng) => some(words, rng, 60).join(' '),
  (rng) => ` \t${some(words, rng, 8).join('\t ')}  `,
  (rng) => rng.shuffle(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', '.', ',']).join(' '),
];
