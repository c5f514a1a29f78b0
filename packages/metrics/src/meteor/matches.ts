import type { PreparedText, Word } from './lexicon.js';
import type { ParaphraseTable, Spans } from './paraphrases.js';
import { WordIndex } from './word-index.js';
import { doubled, ROOM } from './room.js';

/** The stages in METEOR's order; a match's stage is its index. */
export const STAGES = ['exact', 'stem', 'synonym', 'paraphrase'] as const;
const [EXACT, STEM, SYNONYM, PARAPHRASE] = [0, 1, 2, 3];

export interface Texts {
  readonly hypothesis: PreparedText;
  readonly reference: PreparedText;
}

/**
 * All possible matches of two texts, numbered, their fields in columns.
 *
 * One object serves many pairs, so that a corpus makes no object a match. The matches that begin at one reference word
 * are a list: `first[word]`, then `next[match]` until -1, stage by stage.
 *
 * @see Denkowski and Lavie 2014, "Meteor Universal", section 2.1
 */
export class MatchTable {
  size = 0;
  stage = new Uint8Array(ROOM);
  /** First word and words in the reference. */
  start = new Int32Array(ROOM);
  length = new Int32Array(ROOM);
  /** First word and words in the hypothesis. */
  hypothesisStart = new Int32Array(ROOM);
  hypothesisLength = new Int32Array(ROOM);
  next = new Int32Array(ROOM);
  first = new Int32Array(ROOM);
  private last = new Int32Array(ROOM);

  private readonly index = new WordIndex();
  private hypothesis!: PreparedText;

  /** Sets the hypothesis that references are compared with. */
  setHypothesis(hypothesis: PreparedText): void {
    this.hypothesis = hypothesis;
    this.index.set(hypothesis.words);
  }

  /** Finds the matches of all stages that the data allows; equal texts are matched by exact words alone. */
  fill(reference: PreparedText, paraphrases?: ParaphraseTable): void {
    const { words } = reference;
    if (this.first.length < words.length) [this.first, this.last] = [new Int32Array(2 * words.length), new Int32Array(2 * words.length)];
    this.first.fill(-1, 0, words.length);
    this.size = 0;
    const same = haveSameWords(this.hypothesis.words, words);
    for (let start = 0; start < words.length; start++) this.matchWord(words[start]!, start, same);
    if (paraphrases && !same) this.matchParaphrases(reference.spans, this.hypothesis.spans, paraphrases);
  }

  /** The stages for single words. */
  private matchWord({ key, stemKey, synonyms, synonymBits }: Word, start: number, exactOnly: boolean): void {
    const { keys, stemKeys, numbers, size } = this.index;
    for (let i = this.index.firstKey(key); i >= 0; i = this.index.nextKey[i]!) if (keys[i] === key) this.addWord(EXACT, start, i);
    if (exactOnly) return;
    for (let i = this.index.firstStem(stemKey); i >= 0; i = this.index.nextStem[i]!) {
      if (stemKeys[i] === stemKey && keys[i] !== key) this.addWord(STEM, start, i);
    }
    if (synonymBits === 0) return;
    for (let i = 0; i < size; i++) {
      if ((synonymBits & (1 << (numbers[i]! & 31))) === 0 || keys[i] === key) continue;
      if (synonyms.includes(numbers[i]!)) this.addWord(SYNONYM, start, i);
    }
  }

  /** Phrases of the reference whose paraphrase the hypothesis has, then the other way round. */
  private matchParaphrases(reference: Spans, hypothesis: Spans, table: ParaphraseTable): void {
    const add = (r: number, h: number) => {
      const match = this.addWord(PARAPHRASE, reference.start[r]!, hypothesis.start[h]!);
      this.length[match] = reference.length[r]!;
      this.hypothesisLength[match] = hypothesis.length[h]!;
    };
    table.pairs(reference, hypothesis, add);
    table.pairs(hypothesis, reference, (h, r) => add(r, h));
  }

  private addWord(stage: number, start: number, hypothesisStart: number): number {
    const match = this.size++;
    if (match === this.stage.length) this.grow();
    this.stage[match] = stage;
    this.start[match] = start;
    this.length[match] = 1;
    this.hypothesisStart[match] = hypothesisStart;
    this.hypothesisLength[match] = 1;
    this.next[match] = -1;
    if (this.first[start]! < 0) this.first[start] = match;
    else this.next[this.last[start]!] = match;
    this.last[start] = match;
    return match;
  }

  private grow(): void {
    const stage = new Uint8Array(2 * this.stage.length);
    stage.set(this.stage);
    this.stage = stage;
    [this.start, this.length, this.next] = [doubled(this.start), doubled(this.length), doubled(this.next)];
    [this.hypothesisStart, this.hypothesisLength] = [doubled(this.hypothesisStart), doubled(this.hypothesisLength)];
  }
}

function haveSameWords(a: readonly Word[], b: readonly Word[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i]!.key !== b[i]!.key) return false;
  return true;
}
