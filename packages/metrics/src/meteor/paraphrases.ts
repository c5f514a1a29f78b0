import { doubled, ROOM } from './room.js';

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
  /**
   * [N + 1, 3] a node's word (-1 for the root), twice its first child, plus one if a phrase ends at it, and where its paraphrases
   * begin in `lists`. Its last child and paraphrase are before the next node's first. A search reads all three at once.
   */
  readonly nodes: Int32Array;
  /** [L] phrase numbers, in the table's order, doubles kept. */
  readonly lists: Int32Array;
}

/** The fields of a node in {@link ParaphraseArrays.nodes}; its word is the first. */
export const FIELDS = 3;
export const CHILDREN = 1;
export const PARAPHRASES = 2;

/** Where phrases of the table stand in a text: columns that serve many texts. */
export class Spans {
  size = 0;
  start = new Int32Array(ROOM);
  length = new Int32Array(ROOM);
  phrase = new Int32Array(ROOM);

  add(start: number, length: number, phrase: number): void {
    const i = this.size++;
    if (i === this.start.length) [this.start, this.length, this.phrase] = [doubled(this.start), doubled(this.length), doubled(this.phrase)];
    this.start[i] = start;
    this.length[i] = length;
    this.phrase[i] = phrase;
  }
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
    this.present = new Int32Array((arrays.nodes.length / FIELDS + 31) >>> 5);
  }

  /** How many pairs of phrases the table has. */
  get size(): number {
    return this.arrays.lists.length;
  }

  word(text: string): PhraseWord {
    const { vocabulary } = this;
    const number = lowerBound(vocabulary, text);
    return vocabulary[number] === text ? { paraphraseWord: number, firstNode: this.child(ROOT, number) } : UNKNOWN;
  }

  /** Finds all phrases of the table in a text, by start, then length. */
  findSpans(text: readonly PhraseWord[], found: Spans): void {
    const { nodes } = this.arrays;
    found.size = 0;
    for (let start = 0; start < text.length; start++) {
      for (let node = text[start]!.firstNode, next = start + 1; node >= 0; next++) {
        if ((nodes[FIELDS * node + CHILDREN]! & 1) !== 0) found.add(start, next - start, node);
        node = next < text.length ? this.child(node, text[next]!.paraphraseWord) : -1;
      }
    }
  }

  /** Calls `found` for each phrase of `from` and each place of its paraphrases in `into`, by their numbers, in the table's order. */
  pairs(from: Spans, into: Spans, found: (a: number, b: number) => void): void {
    const { present } = this;
    const { nodes, lists } = this.arrays;
    for (let b = 0; b < into.size; b++) present[into.phrase[b]! >>> 5]! |= 1 << (into.phrase[b]! & 31);
    for (let a = 0; a < from.size; a++) {
      const node = FIELDS * from.phrase[a]!;
      const end = nodes[node + FIELDS + PARAPHRASES]!;
      for (let i = nodes[node + PARAPHRASES]!; i < end; i++) {
        const paraphrase = lists[i]!;
        if ((present[paraphrase >>> 5]! & (1 << (paraphrase & 31))) === 0) continue;
        for (let b = 0; b < into.size; b++) if (into.phrase[b] === paraphrase) found(a, b);
      }
    }
    for (let b = 0; b < into.size; b++) present[into.phrase[b]! >>> 5] = 0;
  }

  /** The node to which a word leads from a node, or -1. */
  private child(node: number, word: number): number {
    const { nodes } = this.arrays;
    const end = nodes[FIELDS * (node + 1) + CHILDREN]! >>> 1;
    let from = nodes[FIELDS * node + CHILDREN]! >>> 1;
    for (let to = end; from < to; ) {
      const middle = (from + to) >>> 1;
      if (nodes[FIELDS * middle]! < word) from = middle + 1;
      else to = middle;
    }
    return from < end && nodes[FIELDS * from] === word ? from : -1;
  }
}

/** The first place in a sorted list whose item is not less than one. */
function lowerBound(sorted: readonly string[], item: string): number {
  let from = 0;
  for (let to = sorted.length; from < to; ) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < item) from = middle + 1;
    else to = middle;
  }
  return from;
}

const MAGIC = 'METEORP3';
const SECTIONS = ['vocabulary', 'nodes', 'lists'] as const;

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

/** Do the first bytes of a file say that {@link encodeParaphrases} wrote it, of this version? */
export const isCompiled = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;

/** Reads what {@link encodeParaphrases} wrote; undefined if the bytes are something else or cut short. */
export function decodeParaphrases(bytes: Uint8Array): ParaphraseTable | undefined {
  if (!isCompiled(bytes) || bytes.length < 64) return undefined;
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
  const arrays = { vocabulary: parts[0]!, nodes: ints(1), lists: ints(2) };
  return new ParaphraseTable(arrays, new TextDecoder().decode(bytes.subarray(MAGIC.length, 16)).trim());
}

const align4 = (length: number) => (length + 3) & ~3;
