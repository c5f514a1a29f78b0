/**
 * The edit distance from many word sequences to one reference, computed 32 reference words at a time.
 *
 * Beam searches never find a smaller distance, so this one tells cheaply which shifts cannot win.
 *
 * @see Myers 1999, "A fast bit-vector algorithm for approximate string matching"; Hyyrö 2003 for the block form
 */
export class Levenshtein {
  private readonly blocks: number;
  private readonly positions: Int32Array;
  private readonly up: Int32Array;
  private readonly down: Int32Array;

  /**
   * @param reference  words as numbers below `vocabulary`
   * @param vocabulary  the number of different words in use
   */
  constructor(
    private readonly reference: Int32Array,
    vocabulary: number,
  ) {
    this.blocks = Math.max(1, Math.ceil(reference.length / 32));
    this.positions = new Int32Array(vocabulary * this.blocks);
    reference.forEach((word, i) => {
      this.positions[word * this.blocks + (i >>> 5)]! |= 1 << (i & 31);
    });
    this.up = new Int32Array(this.blocks);
    this.down = new Int32Array(this.blocks);
  }

  /** Edits between `words` and the reference, each costing 1. */
  distance(words: Int32Array): number {
    const { blocks, positions, up, down } = this;
    if (this.reference.length === 0) return words.length;
    const last = 1 << ((this.reference.length - 1) & 31);
    up.fill(-1);
    down.fill(0);
    let score = this.reference.length;
    for (const word of words) {
      // The first row of the distance matrix grows by 1 a word.
      let carryUp = 1;
      let carryDown = 0;
      for (let b = 0; b < blocks; b++) {
        const U = up[b]!;
        const D = down[b]!;
        const equal = positions[word * blocks + b]!;
        const vertical = equal | D;
        const matches = equal | carryDown;
        const diagonal = ((((matches & U) + U) | 0) ^ U) | matches;
        let horizontalUp = D | ~(diagonal | U);
        let horizontalDown = U & diagonal;
        if (b === blocks - 1) {
          if (horizontalUp & last) score++;
          else if (horizontalDown & last) score--;
        }
        const nextUp = horizontalUp >>> 31;
        const nextDown = horizontalDown >>> 31;
        horizontalUp = (horizontalUp << 1) | carryUp;
        horizontalDown = (horizontalDown << 1) | carryDown;
        up[b] = horizontalDown | ~(vertical | horizontalUp);
        down[b] = horizontalUp & vertical;
        carryUp = nextUp;
        carryDown = nextDown;
      }
    }
    return score;
  }
}
