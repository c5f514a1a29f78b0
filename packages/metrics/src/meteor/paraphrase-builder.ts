import { CHILDREN, FIELDS, PARAPHRASES, ROOT, type ParaphraseArrays } from './paraphrases.js';
import { doubled } from './room.js';
import { Vocabulary } from './vocabulary.js';

const NEWLINE = 10;
const SPACE = 32;

/**
 * Builds a paraphrase table from the text of METEOR's file, in pieces as they come.
 *
 * The file holds three lines for each pair: a probability (not used), a phrase, a paraphrase of it. Nodes and words are
 * numbered as they come, and anew at the end.
 */
export class ParaphraseBuilder {
  private rest: Uint8Array = new Uint8Array(0);
  private line = 0;
  private readonly vocabulary = new Vocabulary();
  private nodes = 1;
  /** The node before, and the word that leads on; the root has neither. */
  private parents = new Int32Array(1 << 16);
  private words = new Int32Array(1 << 16);
  /** Open addressing from the hash of parent and word to a node; 0, the root, marks a free bucket. */
  private buckets = new Int32Array(1 << 17);
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
    const { text, numbers } = this.vocabulary.sorted();
    const { nodes, parents } = this;
    const words = this.words.subarray(0, nodes).map((word) => numbers[word]!);
    const { order, children } = byLevel(parents, { words, wordCount: numbers.length });
    const numberOf = new Int32Array(nodes);
    order.forEach((node, number) => (numberOf[node] = number));
    const [from, to] = [this.from, this.to].map((column) => column.subarray(0, this.pairs).map((node) => numberOf[node]!)) as [Int32Array, Int32Array];
    const { starts, order: pairs } = group(from, nodes);
    const table = new Int32Array(FIELDS * (nodes + 1));
    for (let node = 0, at = 0; node <= nodes; node++, at += FIELDS) {
      table[at] = node < nodes ? words[order[node]!]! : 0;
      table[at + CHILDREN] = 2 * children[node]!;
      table[at + PARAPHRASES] = starts[node]!;
    }
    table[ROOT] = -1;
    for (const phrases of [from, to]) for (const phrase of phrases) table[FIELDS * phrase + CHILDREN]! |= 1;
    return { vocabulary: text, nodes: table, lists: pairs.map((pair) => to[pair]!) };
  }

  private readLine(bytes: Uint8Array, start: number, end: number): void {
    const part = this.line++ % 3;
    if (part === 0) return;
    const phrase = this.readPhrase(bytes, start, end);
    if (part === 1) {
      if (this.pairs === this.from.length) [this.from, this.to] = [doubled(this.from), doubled(this.to)];
      this.from[this.pairs] = phrase;
    } else this.to[this.pairs++] = phrase;
  }

  private readPhrase(bytes: Uint8Array, start: number, end: number): number {
    let node = ROOT;
    for (let at = start; at < end; ) {
      while (at < end && bytes[at]! <= SPACE) at++;
      const wordStart = at;
      while (at < end && bytes[at]! > SPACE) at++;
      if (at > wordStart) node = this.child(node, this.vocabulary.number(bytes, wordStart, at));
    }
    return node;
  }

  /** The node to which a word leads, made if it is new. */
  private child(parent: number, word: number): number {
    const bucket = this.bucket(parent, word);
    if (this.buckets[bucket] !== 0) return this.buckets[bucket]!;
    const node = this.nodes++;
    if (node === this.parents.length) [this.parents, this.words] = [doubled(this.parents), doubled(this.words)];
    this.parents[node] = parent;
    this.words[node] = word;
    this.buckets[bucket] = node;
    if (2 * this.nodes > this.buckets.length) this.rehash();
    return node;
  }

  /** The bucket of a node, or the free one where it belongs. */
  private bucket(parent: number, word: number): number {
    const { buckets, parents, words } = this;
    const mask = buckets.length - 1;
    const mixed = Math.imul(Math.imul(parent, 0x9e3779b1) ^ word, 0x85ebca6b);
    for (let bucket = (mixed ^ (mixed >>> 15)) & mask; ; bucket = (bucket + 1) & mask) {
      const node = buckets[bucket]!;
      if (node === 0 || (parents[node] === parent && words[node] === word)) return bucket;
    }
  }

  private rehash(): void {
    this.buckets = new Int32Array(2 * this.buckets.length);
    for (let node = 1; node < this.nodes; node++) this.buckets[this.bucket(this.parents[node]!, this.words[node]!)] = node;
  }
}

/** The nodes level by level, the children of each by word, and where in that order each node's children begin. */
function byLevel(parents: Int32Array, { words, wordCount }: { words: Int32Array; wordCount: number }): { order: Int32Array; children: Int32Array } {
  const nodes = words.length;
  const byWord = group(words, wordCount).order.filter((node) => node !== ROOT);
  const siblings = group(byWord.map((node) => parents[node]!), nodes);
  const [order, children] = [new Int32Array(nodes), new Int32Array(nodes + 1)];
  let size = 1;
  for (let i = 0; i < nodes; i++) {
    children[i] = size;
    const end = siblings.starts[order[i]! + 1]!;
    for (let at = siblings.starts[order[i]!]!; at < end; at++) order[size++] = byWord[siblings.order[at]!]!;
  }
  children[nodes] = size;
  return { order, children };
}

/** The places of a list grouped by their values, in their order: values v are at `order[starts[v]]` to before `order[starts[v + 1]]`. */
function group(values: Int32Array, limit: number): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(limit + 1);
  for (const value of values) starts[value + 1]!++;
  for (let value = 0; value < limit; value++) starts[value + 1]! += starts[value]!;
  const [order, next] = [new Int32Array(values.length), starts.slice()];
  values.forEach((value, place) => (order[next[value]!++] = place));
  return { starts, order };
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
