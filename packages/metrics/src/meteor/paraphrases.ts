/** The most words a phrase of METEOR's tables has. */
export const LONGEST_PHRASE = 7;

/** The arrays of a paraphrase table; N phrases, W words of all phrases, L paraphrases. */
export interface ParaphraseArrays {
  /** The vocabulary: UTF-8, one word a line; a word's number is its line. */
  readonly vocabulary: Uint8Array;
  /** [N + 1] where each phrase begins in `words`. */
  readonly phrases: Int32Array;
  /** [W] word numbers. */
  readonly words: Int32Array;
  /** [N + 1] where each phrase's paraphrases begin in `lists`. */
  readonly starts: Int32Array;
  /** [L] phrase numbers, in the table's order, doubles kept. */
  readonly lists: Int32Array;
  /** Open addressing from a phrase's hash to its number + 1; a power of two long. */
  readonly buckets: Int32Array;
}

/** Where a phrase of the table stands in a text. */
export interface Span {
  readonly start: number;
  readonly length: number;
  readonly phrase: number;
}

/** A table of phrases and the phrases they may be replaced by. */
export class ParaphraseTable {
  private readonly numbers: ReadonlyMap<string, number>;
  /** A bit for each phrase: does the text that is searched have it? All zero between calls. */
  private readonly present: Int32Array;

  constructor(
    readonly arrays: ParaphraseArrays,
    /** Names the table in signatures: the first digits of the SHA-256 of METEOR's file. */
    readonly id: string,
  ) {
    const words = new TextDecoder().decode(arrays.vocabulary).split('\n');
    this.numbers = new Map(words.map((word, i) => [word, i]));
    this.present = new Int32Array((this.phraseCount + 31) >>> 5);
  }

  /** How many pairs of phrases the table has. */
  get size(): number {
    return this.arrays.lists.length;
  }

  get phraseCount(): number {
    return this.arrays.phrases.length - 1;
  }

  /** The number of a word, or -1 if no phrase has it. */
  wordNumber(word: string): number {
    return this.numbers.get(word) ?? -1;
  }

  /** All phrases of the table in a text, by start, then length. */
  spans(text: readonly { readonly paraphraseWord: number }[]): Span[] {
    const found: Span[] = [];
    const words = new Int32Array(text.length);
    for (let i = 0; i < words.length; i++) words[i] = text[i]!.paraphraseWord;
    // One key for all, because a corpus has millions.
    const key = { words, start: 0, length: 0, hash: 0 };
    for (let start = 0; start < words.length; start++) {
      key.start = start;
      key.hash = PHRASE_HASH;
      for (let length = 1; length <= LONGEST_PHRASE && start + length <= words.length; length++) {
        const word = words[start + length - 1]!;
        if (word < 0) break;
        key.length = length;
        key.hash = extendHash(key.hash, word);
        const phrase = findPhrase(this.arrays, key);
        if (phrase >= 0) found.push({ start, length, phrase });
      }
    }
    return found;
  }

  /** Calls `found` for each phrase of `from` and each place of its paraphrases in `into`, in the table's order. */
  pairs(from: readonly Span[], into: readonly Span[], found: (a: Span, b: Span) => void): void {
    const { present } = this;
    const { starts, lists } = this.arrays;
    for (const { phrase } of into) present[phrase >>> 5]! |= 1 << (phrase & 31);
    for (const span of from) {
      const end = starts[span.phrase + 1]!;
      for (let i = starts[span.phrase]!; i < end; i++) {
        const paraphrase = lists[i]!;
        if ((present[paraphrase >>> 5]! & (1 << (paraphrase & 31))) === 0) continue;
        for (const place of into) if (place.phrase === paraphrase) found(span, place);
      }
    }
    for (const { phrase } of into) present[phrase >>> 5] = 0;
  }
}

export const PHRASE_HASH = 0x2545f491;

/** The hash of a phrase from that of the phrase without its last word. */
export function extendHash(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

interface PhraseKey {
  readonly words: Int32Array;
  readonly start: number;
  readonly length: number;
  readonly hash: number;
}

type PhraseIndex = Pick<ParaphraseArrays, 'phrases' | 'words' | 'buckets'>;

/** The number of a phrase, or -1 - the free bucket where it belongs. */
export function findPhrase(index: PhraseIndex, { words, start, length, hash }: PhraseKey): number {
  const { phrases, buckets } = index;
  const mask = buckets.length - 1;
  for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
    const phrase = buckets[bucket]! - 1;
    if (phrase < 0) return -1 - bucket;
    const at = phrases[phrase]!;
    if (phrases[phrase + 1]! - at !== length) continue;
    let same = 0;
    while (same < length && index.words[at + same] === words[start + same]) same++;
    if (same === length) return phrase;
  }
}

const MAGIC = 'METEORP1';
const SECTIONS = ['vocabulary', 'phrases', 'words', 'starts', 'lists', 'buckets'] as const;

/** The table as one file that opens at once: magic, id, section lengths, sections; little-endian. */
export function encodeParaphrases({ arrays, id }: ParaphraseTable): Uint8Array {
  const parts = SECTIONS.map((name) => new Uint8Array(arrays[name].buffer, arrays[name].byteOffset, arrays[name].byteLength));
  const header = new Uint8Array(64);
  new TextEncoder().encodeInto(MAGIC + id.padEnd(8), header);
  const lengths = new DataView(header.buffer);
  parts.forEach((part, i) => lengths.setUint32(16 + 4 * i, part.length, true));
  const file = new Uint8Array(parts.reduce((size, part) => size + align4(part.length), header.length));
  file.set(header);
  let at = header.length;
  for (const part of parts) {
    file.set(part, at);
    at += align4(part.length);
  }
  return file;
}

/** Reads what {@link encodeParaphrases} wrote; undefined if the bytes are something else or cut short. */
export function decodeParaphrases(bytes: Uint8Array): ParaphraseTable | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, 16));
  if (!text.startsWith(MAGIC) || bytes.length < 64) return undefined;
  const lengths = new DataView(bytes.buffer, bytes.byteOffset, 64);
  let at = 64;
  const parts = SECTIONS.map((_, i) => {
    const length = lengths.getUint32(16 + 4 * i, true);
    const part = bytes.subarray(at, at + length);
    at += align4(length);
    return part;
  });
  if (at !== bytes.length) return undefined;
  const ints = (i: number) => {
    const part = parts[i]!;
    const aligned = part.byteOffset % 4 === 0 ? part : part.slice();
    return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  };
  const arrays = { vocabulary: parts[0]!, phrases: ints(1), words: ints(2), starts: ints(3), lists: ints(4), buckets: ints(5) };
  return new ParaphraseTable(arrays, text.slice(MAGIC.length).trim());
}

const align4 = (length: number) => (length + 3) & ~3;
