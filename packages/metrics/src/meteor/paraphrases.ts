/** The number of the node from which all phrases begin. */
export const ROOT = 0;

/** A word that no phrase has. */
export const UNKNOWN: PhraseWord = { paraphraseWord: -1, firstNode: -1 };

/**
 * The arrays of a paraphrase table: a tree of words, of N nodes, that spells all phrases from the root on; L paraphrases.
 *
 * Nodes are numbered level by level, and the children of one node by their words; a phrase's number is that of its last node.
 */
export interface ParaphraseArrays {
  /** UTF-8, one word a line, sorted by UTF-16 code units; a word's number is its line. */
  readonly vocabulary: Uint8Array;
  /** [N] the word that leads to each node; -1 for the root. */
  readonly words: Int32Array;
  /** [N + 1] each node's first child; its last is before the next node's first. */
  readonly children: Int32Array;
  /** [N + 1] where each phrase's paraphrases begin in `lists`. */
  readonly starts: Int32Array;
  /** [L] phrase numbers, in the table's order, doubles kept. */
  readonly lists: Int32Array;
  /** A bit for each node: is it the end of a phrase, or only on the way to one? */
  readonly ends: Int32Array;
}

/** Where a phrase of the table stands in a text. */
export interface Span {
  readonly start: number;
  readonly length: number;
  readonly phrase: number;
}

/** What the table knows of a word. */
export interface PhraseWord {
  /** Its number, or -1 if no phrase has it. */
  readonly paraphraseWord: number;
  /** The node it leads to from the root, or -1 if no phrase begins with it. */
  readonly firstNode: number;
}

/** A table of phrases and the phrases they may be replaced by. */
export class ParaphraseTable {
  private readonly vocabulary: readonly string[];
  /** A bit for each phrase: does the text that is searched have it? All zero between calls. */
  private readonly present: Int32Array;

  constructor(
    readonly arrays: ParaphraseArrays,
    /** Names the table in signatures: the first digits of the SHA-256 of METEOR's file. */
    readonly id: string,
  ) {
    this.vocabulary = new TextDecoder().decode(arrays.vocabulary).split('\n');
    this.present = new Int32Array(arrays.ends.length);
  }

  /** How many pairs of phrases the table has. */
  get size(): number {
    return this.arrays.lists.length;
  }

  word(text: string): PhraseWord {
    const { vocabulary } = this;
    const number = lowerBound(vocabulary, text, { from: 0, to: vocabulary.length });
    return vocabulary[number] === text ? { paraphraseWord: number, firstNode: this.child(ROOT, number) } : UNKNOWN;
  }

  /** All phrases of the table in a text, by start, then length. */
  spans(text: readonly PhraseWord[]): Span[] {
    const { ends } = this.arrays;
    const found: Span[] = [];
    for (let start = 0; start < text.length; start++) {
      for (let node = text[start]!.firstNode, next = start + 1; node >= 0; next++) {
        if ((ends[node >>> 5]! & (1 << (node & 31))) !== 0) found.push({ start, length: next - start, phrase: node });
        node = next < text.length ? this.child(node, text[next]!.paraphraseWord) : -1;
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

  /** The node to which a word leads from a node, or -1. */
  private child(node: number, word: number): number {
    const { children, words } = this.arrays;
    const to = children[node + 1]!;
    const child = lowerBound(words, word, { from: children[node]!, to });
    return child < to && words[child] === word ? child : -1;
  }
}

/** The first place in a part of a sorted list whose item is not less than one. */
function lowerBound<T extends string | number>(sorted: ArrayLike<T>, item: T, { from, to }: { from: number; to: number }): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < item) from = middle + 1;
    else to = middle;
  }
  return from;
}

const MAGIC = 'METEORP2';
const SECTIONS = ['vocabulary', 'words', 'children', 'starts', 'lists', 'ends'] as const;

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
  const arrays = { vocabulary: parts[0]!, words: ints(1), children: ints(2), starts: ints(3), lists: ints(4), ends: ints(5) };
  return new ParaphraseTable(arrays, text.slice(MAGIC.length).trim());
}

const align4 = (length: number) => (length + 3) & ~3;
