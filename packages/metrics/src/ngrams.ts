/** Room for 2^26 words; a gram's key is its prefix's id and its last word's id in one exact double. */
const WORDS = 2 ** 26;

/**
 * Numbers n-grams densely, so that counts live in plain arrays.
 *
 * An n-gram is its prefix (the same without the last word) plus a word; equal n-grams have equal ids.
 */
export class NgramIndex {
  private readonly words = new Map<string, number>();
  private readonly grams = new Map<number, number>();
  /** Order of each n-gram id: 1 for a word. */
  readonly orders: number[] = [];
  /** Id of each n-gram's prefix; -1 for a word. */
  readonly prefixes: number[] = [];

  constructor(readonly maxOrder: number) {}

  /** Calls `visit` with the id of every n-gram of the text, numbering the new ones. */
  add(tokens: readonly string[], visit: (id: number) => void): void {
    const words = tokens.map((token) => this.wordId(token));
    for (let start = 0; start < words.length; start++) {
      let id = -1;
      const end = Math.min(words.length, start + this.maxOrder);
      for (let i = start; i < end; i++) visit((id = this.extend(id, words[i]!, i - start + 1)));
    }
  }

  /** Calls `visit` with the id of every n-gram of the text that is known already. */
  find(tokens: readonly string[], visit: (id: number) => void): void {
    const words = tokens.map((token) => this.words.get(token));
    for (let start = 0; start < words.length; start++) {
      let id = -1;
      const end = Math.min(words.length, start + this.maxOrder);
      for (let i = start; i < end; i++) {
        const word = words[i];
        const found = word === undefined ? undefined : this.grams.get((id + 1) * WORDS + word);
        // An unknown n-gram has no known continuation.
        if (found === undefined) break;
        visit((id = found));
      }
    }
  }

  private wordId(token: string): number {
    let word = this.words.get(token);
    if (word === undefined) this.words.set(token, (word = this.words.size));
    return word;
  }

  private extend(prefix: number, word: number, order: number): number {
    const key = (prefix + 1) * WORDS + word;
    let id = this.grams.get(key);
    if (id === undefined) {
      this.grams.set(key, (id = this.orders.length));
      this.orders.push(order);
      this.prefixes.push(prefix);
    }
    return id;
  }
}

/** Adds one to `counts[id]`. */
export function increment(counts: number[], id: number): void {
  counts[id] = (counts[id] ?? 0) + 1;
}
