const NEWLINE = 10;

/** Numbers words given as bytes of UTF-8, without making strings of them. */
export class Vocabulary {
  /** All words, each followed by a newline. */
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

  /** All words sorted by UTF-16 code units, one a line, and the line of each number. */
  sorted(): { text: Uint8Array; numbers: Int32Array } {
    const words = new TextDecoder().decode(this.bytes.subarray(0, this.startOf(this.count))).split('\n').slice(0, -1);
    const byText = Array.from(words.keys()).sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
    const numbers = new Int32Array(words.length);
    byText.forEach((word, line) => (numbers[word] = line));
    return { text: new TextEncoder().encode(byText.map((word) => words[word]!).join('\n')), numbers };
  }

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

function grow<T extends Int32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}
