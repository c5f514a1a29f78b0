/** What is read of a map from text to text. */
export type Lookup = Pick<ReadonlyMap<string, string>, 'get' | 'has' | 'size'>;

/**
 * A text of pairs of lines as a map from first to second lines that makes strings only of what is asked for: METEOR's
 * synonyms are 147,306 pairs, of which a test set needs a few thousand. Of equal first lines the last one counts.
 */
export class LinePairs implements Lookup {
  /** Where each first line begins. */
  private readonly starts: readonly number[];
  /** Open addressing from a first line's hash to its pair + 1; a power of two long. */
  private readonly buckets: Int32Array;

  constructor(private readonly text: string) {
    const { starts, hashes } = findPairs(text);
    this.starts = starts;
    this.buckets = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.size + 1)));
    // Backwards, because the first in is found first.
    for (let pair = this.size - 1; pair >= 0; pair--) this.buckets[this.freeBucket(hashes[pair]!)] = pair + 1;
  }

  get size(): number {
    return this.starts.length;
  }

  has(key: string): boolean {
    return this.find(key) >= 0;
  }

  get(key: string): string | undefined {
    const start = this.find(key);
    if (start < 0) return undefined;
    const value = start + key.length + 1;
    const end = this.text.indexOf('\n', value);
    return this.text.slice(value, end < 0 ? undefined : end);
  }

  /** Where the key's line begins, or -1. */
  private find(key: string): number {
    const { text, buckets, starts } = this;
    const mask = buckets.length - 1;
    for (let bucket = hashOf(key) & mask; buckets[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const start = starts[buckets[bucket]! - 1]!;
      if (text.startsWith(key, start) && text[start + key.length] === '\n') return start;
    }
    return -1;
  }

  private freeBucket(hash: number): number {
    const mask = this.buckets.length - 1;
    let bucket = hash & mask;
    while (this.buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    return bucket;
  }
}

/** Where pairs begin, and the hashes of their first lines. */
function findPairs(text: string): { starts: number[]; hashes: number[] } {
  const starts: number[] = [];
  const hashes: number[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    let hash: number = SEED;
    for (let code = 0; end < text.length; end++) {
      code = text.charCodeAt(end);
      if (code === NEWLINE) break;
      hash = hashOn(hash, code);
    }
    if (end === text.length) break;
    starts.push(start);
    hashes.push(hash ^ (hash >>> 15));
    const next = text.indexOf('\n', end + 1);
    start = next < 0 ? text.length : next + 1;
  }
  return { starts, hashes };
}

/** FNV-1a. */
const SEED = 0x811c9dc5;
const NEWLINE = 10;
const hashOn = (hash: number, code: number) => Math.imul(hash ^ code, 0x01000193);

function hashOf(key: string): number {
  let hash = SEED;
  for (let i = 0; i < key.length; i++) hash = hashOn(hash, key.charCodeAt(i));
  return hash ^ (hash >>> 15);
}
