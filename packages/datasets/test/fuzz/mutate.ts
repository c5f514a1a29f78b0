import type { Rng } from '@prefix-tuning/base';

/** What a mutation did, and what may be expected of a file it was done to. */
export interface Mutant {
  readonly bytes: Uint8Array;
  readonly how: keyof typeof mutations;
}

const encoder = new TextEncoder();
const latin1 = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('utf8'), 'latin1');
const at = (rng: Rng, bytes: Uint8Array) => rng.integer(bytes.length + 1);
const splice = (bytes: Uint8Array, start: number, { remove = 0, insert = new Uint8Array() }: { remove?: number; insert?: Uint8Array }) =>
  Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);

/** Pieces that have broken parsers before. */
const pieces = [
  '"', '""', "'", ',', '\n', '\r', '\r\n', '\u0000', '|', ' | ', '||', '[', ']', '{', '}', '<', '>', '&', '&amp;', '&lt', '&bomb;', ']]>', '<![CDATA[', '<!--', '<?', '</entry>', '<entry>', '<lex>', '\\', '\\u0000', '\\ud800',
  '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY bomb "&a;&a;&a;&a;&a;&a;&a;&a;">]>', '<!DOCTYPE b SYSTEM "file:///etc/passwd">', '\ufeff', '\u2028', '\ud83d\ude00', 'null', '[]', '{}', '1e999', '__proto__', 'constructor', '[XSUM]', '[XSUM]URL[XSUM]',
].map((piece) => encoder.encode(piece));

export const mutations = {
  cut: (rng: Rng, bytes: Uint8Array) => bytes.subarray(0, at(rng, bytes)),
  beheaded: (rng: Rng, bytes: Uint8Array) => bytes.subarray(at(rng, bytes)),
  flipped: (rng: Rng, bytes: Uint8Array) => {
    const copy = Uint8Array.from(bytes);
    for (let n = 1 + rng.integer(8); n > 0 && copy.length > 0; n--) copy[rng.integer(copy.length)] = rng.integer(256);
    return copy;
  },
  removed: (rng: Rng, bytes: Uint8Array) => splice(bytes, at(rng, bytes), { remove: 1 + rng.integer(40) }),
  doubled: (rng: Rng, bytes: Uint8Array) => {
    const start = at(rng, bytes);
    return splice(bytes, at(rng, bytes), { insert: bytes.subarray(start, start + rng.integer(200)) });
  },
  inserted: (rng: Rng, bytes: Uint8Array) => splice(bytes, at(rng, bytes), { insert: pieces[rng.integer(pieces.length)]! }),
  insertedThrice: (rng: Rng, bytes: Uint8Array) => [1, 2, 3].reduce((each) => splice(each, at(rng, each), { insert: pieces[rng.integer(pieces.length)]! }), Buffer.from(bytes)),
  latin1: (_: Rng, bytes: Uint8Array) => latin1(bytes),
  utf16: (_: Rng, bytes: Uint8Array) => Buffer.from(`\ufeff${Buffer.from(bytes).toString('utf8')}`, 'utf16le'),
  marked: (_: Rng, bytes: Uint8Array) => splice(bytes, 0, { insert: Uint8Array.of(0xef, 0xbb, 0xbf) }),
  mixedLineEnds: (rng: Rng, bytes: Uint8Array) => encoder.encode(Buffer.from(bytes).toString('utf8').replace(/\r?\n/g, () => (rng.uniform() < 0.5 ? '\r\n' : '\n'))),
  longField: (rng: Rng, bytes: Uint8Array) => splice(bytes, at(rng, bytes), { insert: new Uint8Array(rng.uniform() < 0.003 ? 2_000_000 : 4_000).fill(0x78) }),
} as const;

/** A mutant of a file, each kind of mutation as likely as the others. */
export function mutate(rng: Rng, bytes: Uint8Array): Mutant {
  const kinds = Object.keys(mutations) as (keyof typeof mutations)[];
  const how = kinds[rng.integer(kinds.length)]!;
  return { bytes: mutations[how](rng, bytes), how };
}
