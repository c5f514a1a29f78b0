import type { Word } from './lexicon.js';
import { ROOM } from './room.js';

const BUCKETS = 64;

/** Finds the words of a text by key or stem: lists from one word to the next in the same bucket, ascending. */
export class WordIndex {
  size = 0;
  keys = new Int32Array(ROOM);
  stemKeys = new Int32Array(ROOM);
  numbers = new Int32Array(ROOM);
  nextKey = new Int32Array(ROOM);
  nextStem = new Int32Array(ROOM);
  private readonly keyBuckets = new Int32Array(BUCKETS);
  private readonly stemBuckets = new Int32Array(BUCKETS);

  set(words: readonly Word[]): void {
    this.size = words.length;
    if (this.keys.length < words.length) {
      const column = () => new Int32Array(2 * words.length);
      [this.keys, this.stemKeys, this.numbers, this.nextKey, this.nextStem] = [column(), column(), column(), column(), column()];
    }
    this.keyBuckets.fill(-1);
    this.stemBuckets.fill(-1);
    for (let i = words.length - 1; i >= 0; i--) {
      const { number, key, stemKey } = words[i]!;
      this.keys[i] = key;
      this.stemKeys[i] = stemKey;
      this.numbers[i] = number;
      this.nextKey[i] = this.firstKey(key);
      this.keyBuckets[key & (BUCKETS - 1)] = i;
      this.nextStem[i] = this.firstStem(stemKey);
      this.stemBuckets[stemKey & (BUCKETS - 1)] = i;
    }
  }

  firstKey(key: number): number {
    return this.keyBuckets[key & (BUCKETS - 1)]!;
  }

  firstStem(stemKey: number): number {
    return this.stemBuckets[stemKey & (BUCKETS - 1)]!;
  }
}
