import { DELETE, INSERT, MATCH, SUBSTITUTE, type Alignment } from './edits.js';

/** Two neighbouring blocks, [from, middle) and [middle, end), that change places. */
export interface Swap {
  readonly from: number;
  readonly middle: number;
  readonly end: number;
}

/**
 * The edit distance between a word sequence and a reference, every edit at cost 1, computed 32 reference words at once.
 *
 * After {@link load}, the distances of sequences that differ by a swap are found without building them: what lies
 * before the swap is not computed again.
 *
 * @see Myers 1999, "A fast bit-vector algorithm for approximate string matching"; Hyyrö 2003 for blocks and alignment
 */
export class Levenshtein {
  private reference: Int32Array = new Int32Array(0);
  private blocks = 1;
  private lastBit = 0;
  /** For each word and block the reference positions where it stands. */
  private positions = new Int32Array(0);
  /** Where the latest column of the distance matrix goes up and down by 1, and its last value. */
  private up = new Int32Array(0);
  private down = new Int32Array(0);
  private score = 0;
  private words: Int32Array = new Int32Array(0);
  /** For each column of the loaded words: up, down, then where the step to its right goes up and down. */
  private history = new Int32Array(0);
  private scores = new Int32Array(0);

  /**
   * Sets what sequences are compared with. One object serves many references, because a corpus has thousands.
   *
   * @param reference  words as numbers below `vocabulary`
   * @param vocabulary  the number of different words in use
   */
  setReference(reference: Int32Array, vocabulary: number): void {
    const blocks = Math.max(1, Math.ceil(reference.length / 32));
    this.reference = reference;
    this.lastBit = reference.length > 0 ? 1 << ((reference.length - 1) & 31) : 0;
    if (this.positions.length < vocabulary * blocks) this.positions = new Int32Array(2 * vocabulary * blocks);
    else this.positions.fill(0, 0, vocabulary * blocks);
    for (let i = 0; i < reference.length; i++) this.positions[reference[i]! * blocks + (i >>> 5)]! |= 1 << (i & 31);
    if (blocks === this.blocks && this.up.length > 0) return;
    this.blocks = blocks;
    this.up = new Int32Array(blocks);
    this.down = new Int32Array(blocks);
  }

  /** Sets the sequence that swaps start from, and returns its distance. */
  load(words: Int32Array): number {
    const { blocks, up, down } = this;
    const H = words.length;
    this.words = words;
    if (this.scores.length <= H) this.scores = new Int32Array(2 * (H + 1));
    if (this.history.length < 4 * blocks * (H + 1)) this.history = new Int32Array(8 * blocks * (H + 1));
    up.fill(-1);
    down.fill(0);
    this.score = this.reference.length;
    for (let h = 0; ; h++) {
      for (let b = 0; b < blocks; b++) {
        this.history[4 * (h * blocks + b)] = up[b]!;
        this.history[4 * (h * blocks + b) + 1] = down[b]!;
      }
      this.scores[h] = this.score;
      if (h === H) return this.reference.length === 0 ? H : this.score;
      this.readBlocks(h, h + 1, this.history);
    }
  }

  /** The distance of the loaded words after a swap. */
  distanceAfter({ from, middle, end }: Swap): number {
    const { blocks, history } = this;
    for (let b = 0; b < blocks; b++) {
      this.up[b] = history[4 * (from * blocks + b)]!;
      this.down[b] = history[4 * (from * blocks + b) + 1]!;
    }
    this.score = this.scores[from]!;
    this.read(middle, end);
    this.read(from, middle);
    this.read(end, this.words.length);
    return this.score;
  }

  /** An alignment of the loaded words at their distance; ties go to match or substitution, then insertion, then deletion. */
  alignment(): Alignment {
    const { words, reference, history, blocks } = this;
    let [h, r] = [words.length, reference.length];
    const steps = new Uint8Array(h + r);
    let at = steps.length;
    while (h > 0 || r > 0) {
      let step = DELETE;
      if (r === 0) step = INSERT;
      else if (h > 0 && words[h - 1] === reference[r - 1]) step = MATCH;
      else if (h > 0) {
        const bit = 1 << ((r - 1) & 31);
        const left = 4 * ((h - 1) * blocks + ((r - 1) >>> 5));
        const [right, vertical] = [sign(history, left + 2, bit), sign(history, left, bit)];
        // The three neighbours' costs follow from this cell's by the differences.
        if (right + vertical === 1) step = SUBSTITUTE;
        else if (right === 1) step = INSERT;
      }
      steps[--at] = step;
      if (step !== DELETE) h--;
      if (step !== INSERT) r--;
    }
    return { edits: reference.length === 0 ? words.length : this.scores[words.length]!, steps: steps.subarray(at) };
  }

  /** Goes on by the loaded words from `start` to before `end`. */
  private read(start: number, end: number): void {
    if (this.blocks > 1) return this.readBlocks(start, end);
    const { words, positions, lastBit } = this;
    let up = this.up[0]!;
    let down = this.down[0]!;
    let score = this.score;
    for (let i = start; i < end; i++) {
      const equal = positions[words[i]!]!;
      const diagonal = ((((equal & up) + up) | 0) ^ up) | equal;
      const right = down | ~(diagonal | up);
      const left = up & diagonal;
      if (right & lastBit) score++;
      else if (left & lastBit) score--;
      // The first row of the distance matrix grows by 1 a word.
      const rightShifted = (right << 1) | 1;
      const vertical = equal | down;
      up = (left << 1) | ~(vertical | rightShifted);
      down = rightShifted & vertical;
    }
    this.up[0] = up;
    this.down[0] = down;
    this.score = score;
  }

  private readBlocks(start: number, end: number, history?: Int32Array): void {
    const { blocks, words, positions, up, down, lastBit } = this;
    for (let i = start; i < end; i++) {
      const word = words[i]! * blocks;
      let carryRight = 1;
      let carryLeft = 0;
      for (let b = 0; b < blocks; b++) {
        const U = up[b]!;
        const D = down[b]!;
        const equal = positions[word + b]!;
        const matches = equal | carryLeft;
        const diagonal = ((((matches & U) + U) | 0) ^ U) | matches;
        const right = D | ~(diagonal | U);
        const left = U & diagonal;
        if (b === blocks - 1) this.score += right & lastBit ? 1 : left & lastBit ? -1 : 0;
        if (history) {
          history[4 * (i * blocks + b) + 2] = right;
          history[4 * (i * blocks + b) + 3] = left;
        }
        const rightShifted = (right << 1) | carryRight;
        const vertical = equal | D;
        up[b] = (left << 1) | carryLeft | ~(vertical | rightShifted);
        down[b] = rightShifted & vertical;
        carryRight = right >>> 31;
        carryLeft = left >>> 31;
      }
    }
  }
}

/** 1, -1 or 0, as the bit is set in the first word, in the second, or in neither. */
function sign(history: Int32Array, at: number, bit: number): number {
  if (history[at]! & bit) return 1;
  return history[at + 1]! & bit ? -1 : 0;
}
