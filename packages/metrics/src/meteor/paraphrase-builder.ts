import { extendHash, findPhrase, PHRASE_HASH, type ParaphraseArrays } from './paraphrases.js';

const NEWLINE = 10;
const SPACE = 32;

/**
 * Builds a paraphrase table from the text of METEOR's file, in pieces as they come.
 *
 * The file holds three lines for each pair: a probability (not used), a phrase, a paraphrase of it.
 */
export class ParaphraseBuilder {
  private rest: Uint8Array = new Uint8Array(0);
  private line = 0;
  private readonly vocabulary = new Vocabulary();
  words = new Int32Array(1 << 16);
  private wordCount = 0;
  phrases = new Int32Array(1 << 16);
  private phraseCount = 0;
  buckets = new Int32Array(1 << 16);
  private from = new Int32Array(1 << 16);
  private to = new Int32Array(1 << 16);
  private pairs = 0;

  /** Reads on; pieces may end anywhere. */
  push(piece: Uint8Array): void {
    const bytes = this.rest.length === 0 ? piece : concatenate(this.rest, piece);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.readLine(bytes, start, end);
      start = end + 1;
    }
    this.rest = bytes.slice(start);
  }

  /** @returns the table's arrays, or undefined if the text was no whole number of pairs */
  finish(): ParaphraseArrays | undefined {
    if (this.rest.length > 0) this.push(Uint8Array.of(NEWLINE));
    if (this.line % 3 !== 0 || this.pairs === 0) return undefined;
    const { pairs, phraseCount } = this;
    const starts = new Int32Array(phraseCount + 1);
    for (let i = 0; i < pairs; i++) starts[this.from[i]! + 1]!++;
    for (let p = 0; p < phraseCount; p++) starts[p + 1]! += starts[p]!;
    const lists = new Int32Array(pairs);
    const filled = starts.slice();
    for (let i = 0; i < pairs; i++) lists[filled[this.from[i]!]!++] = this.to[i]!;
    return {
      vocabulary: this.vocabulary.text(),
      phrases: this.phrases.slice(0, phraseCount + 1),
      words: this.words.slice(0, this.wordCount),
      starts,
      lists,
      buckets: this.buckets,
    };
  }

  private readLine(bytes: Uint8Array, start: number, end: number): void {
    const part = this.line++ % 3;
    if (part === 0) return;
    const phrase = this.readPhrase(bytes, start, end);
    if (part === 1) {
      if (this.pairs === this.from.length) [this.from, this.to] = [grow(this.from), grow(this.to)];
      this.from[this.pairs] = phrase;
    } else this.to[this.pairs++] = phrase;
  }

  private readPhrase(bytes: Uint8Array, start: number, end: number): number {
    const first = this.wordCount;
    let hash = PHRASE_HASH;
    for (let at = start; at < end; ) {
      while (at < end && bytes[at]! <= SPACE) at++;
      const wordStart = at;
      while (at < end && bytes[at]! > SPACE) at++;
      if (at === wordStart) break;
      if (this.wordCount === this.words.length) this.words = grow(this.words);
      const word = this.vocabulary.number(bytes, wordStart, at);
      this.words[this.wordCount++] = word;
      hash = extendHash(hash, word);
    }
    const key = { words: this.words, start: first, length: this.wordCount - first, hash };
    const found = findPhrase(this, key);
    if (found < 0) return this.addPhrase(-1 - found);
    this.wordCount = first;
    return found;
  }

  private addPhrase(bucket: number): number {
    const phrase = this.phraseCount++;
    if (phrase + 2 > this.phrases.length) this.phrases = grow(this.phrases);
    this.phrases[phrase + 1] = this.wordCount;
    this.buckets[bucket] = phrase + 1;
    if (2 * this.phraseCount > this.buckets.length) this.rehash();
    return phrase;
  }

  private rehash(): void {
    this.buckets = new Int32Array(2 * this.buckets.length);
    for (let phrase = 0; phrase < this.phraseCount; phrase++) {
      const [start, end] = [this.phrases[phrase]!, this.phrases[phrase + 1]!];
      let hash = PHRASE_HASH;
      for (let i = start; i < end; i++) hash = extendHash(hash, this.words[i]!);
      let bucket = hash & (this.buckets.length - 1);
      while (this.buckets[bucket] !== 0) bucket = (bucket + 1) & (this.buckets.length - 1);
      this.buckets[bucket] = phrase + 1;
    }
  }
}

/** Numbers words given as bytes, without making strings of them. */
class Vocabulary {
  private bytes = new Uint8Array(1 << 16);
  private ends = new Int32Array(1 << 16);
  private buckets = new Int32Array(1 << 16);
  private count = 0;

  number(source: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
    const mask = this.buckets.length - 1;
    for (let bucket = (hash ^ (hash >>> 15)) & mask; ; bucket = (bucket + 1) & mask) {
      const word = this.buckets[bucket]! - 1;
      if (word < 0) return this.add(source.subarray(start, end), bucket);
      if (this.equals(word, source, { start, end })) return word;
    }
  }

  /** All words, one a line. */
  text(): Uint8Array {
    return this.bytes.slice(0, Math.max(0, this.startOf(this.count) - 1));
  }

  /** Each word is followed by a newline. */
  private startOf(word: number): number {
    return word === 0 ? 0 : this.ends[word - 1]! + 1;
  }

  private equals(word: number, source: Uint8Array, { start, end }: { start: number; end: number }): boolean {
    const own = this.startOf(word);
    const length = end - start;
    if (this.ends[word]! - own !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[own + i] !== source[start + i]) return false;
    return true;
  }

  private add(word: Uint8Array, bucket: number): number {
    const start = this.startOf(this.count);
    while (start + word.length + 1 > this.bytes.length) this.bytes = grow(this.bytes);
    if (this.count === this.ends.length) this.ends = grow(this.ends);
    this.bytes.set(word, start);
    this.bytes[start + word.length] = NEWLINE;
    this.ends[this.count] = start + word.length;
    this.buckets[bucket] = ++this.count;
    if (2 * this.count > this.buckets.length) this.rehash();
    return this.count - 1;
  }

  private rehash(): void {
    const words = Array.from({ length: this.count }, (_, word) => this.bytes.slice(this.startOf(word), this.ends[word]));
    this.buckets = new Int32Array(2 * this.buckets.length);
    this.count = 0;
    for (const word of words) this.number(word, 0, word.length);
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function grow<T extends Int32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}
