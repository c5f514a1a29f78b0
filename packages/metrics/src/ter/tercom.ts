import { MovableBlocks } from './blocks.js';
import { countEdits, DELETE, INSERT, MATCH, SUBSTITUTE, swapped, type Alignment, type EditSearch, type Shift } from './edits.js';
import { Levenshtein } from './levenshtein.js';

/** Paths that cost this much more than the best of the column before are given up. */
const BEAM = 20;

/**
 * A search for the fewest edits and shifts that turn a hypothesis into a reference, as tercom's greedy search finds them.
 *
 * A round takes the shift that leaves the fewest edits, and rounds go on while one saves more than it costs. The beam,
 * the limits on shifts and the order in which equally good shifts are tried are those of tercom 0.7.25, with its option
 * defaults (`-b 20 -d 50`, every edit costs 1). What cannot change the outcome is not searched: see docs/decisions/0037.
 *
 * @see Snover et al. 2006, "A study of translation edit rate with targeted human annotation", section 3 and algorithm 1
 */
export function tercomSearch(): EditSearch {
  const distances = new Levenshtein();
  const blocks = new MovableBlocks();
  return ({ hypothesis, reference, vocabulary }, atMost = Infinity) => {
    const { missing, fewest } = compareBags(hypothesis, reference, vocabulary);
    if (fewest > atMost) return undefined;
    distances.setReference(reference, vocabulary);
    blocks.setReference(reference, vocabulary);
    const shifted: number[] = [];
    const certain = BEAM + missing;
    for (let words = hypothesis; ; ) {
      const alignment = distances.load(words) <= certain ? distances.alignment() : align(words, reference);
      const shift = alignment.edits > fewest ? bestShift({ words, reference, alignment, distances, blocks, certain, fewest }) : undefined;
      if (!shift) return countEdits(alignment, shifted);
      words = swapped(words, shift);
      shifted.push(shift.size);
      if (fewest + shifted.length > atMost) return undefined;
    }
  };
}

interface Round {
  readonly words: Int32Array;
  readonly reference: Int32Array;
  readonly alignment: Alignment;
  readonly distances: Levenshtein;
  readonly blocks: MovableBlocks;
  /**
   * A distance up to which the beam cannot matter. Every word that the reference lacks costs an edit wherever it is
   * aligned. So on a best path a cell's cost less the missing words so far never shrinks, and where it ends at no more
   * than the beam, no cell of the path was further than that above the best of its column.
   */
  readonly certain: number;
  /** No order of the words needs fewer edits. */
  readonly fewest: number;
}

/** The shift that leaves the fewest edits, its own cost of 1 included; long ones first, and of equal ones the first. */
function bestShift(round: Round): Shift | undefined {
  const { words, alignment, blocks, fewest } = round;
  blocks.setHypothesis(words, alignment);
  let best: Shift | undefined;
  // Edits of the best so far, its shift included.
  let total = alignment.edits;
  for (let size = blocks.longest; size > 0; size--) {
    for (let start = 0; start + size <= words.length; start++) {
      for (const shift of blocks.shifts(start, size)) {
        // A shift of this size can't repair more than both ends of what it moves.
        const saved = alignment.edits - total;
        if (saved > 2 * size || (best && saved === 2 * size)) return best;
        const edits = editsAfter(shift, round, best ? total - 2 : total - 1);
        if (edits === undefined) continue;
        if (edits === fewest) return shift;
        best = shift;
        total = edits + 1;
      }
    }
  }
  return best;
}

/** The edits that a shift leaves, or undefined if they are more than `atMost`. */
function editsAfter(shift: Shift, { words, reference, distances, certain }: Round, atMost: number): number | undefined {
  let edits = distances.distanceAfter(shift);
  if (edits > certain && edits <= atMost) edits = align(swapped(words, shift), reference).edits;
  return edits <= atMost ? edits : undefined;
}

// How often the reference has each word; all zero between calls.
let bag = new Int32Array(0);

/** What two texts' words say whatever their order: hypothesis words that the reference lacks, and the fewest edits there can be. */
function compareBags(hypothesis: Int32Array, reference: Int32Array, vocabulary: number): { missing: number; fewest: number } {
  if (bag.length < vocabulary) bag = new Int32Array(2 * vocabulary);
  for (const word of reference) bag[word]!++;
  const missing = hypothesis.reduce((count, word) => (bag[word] === 0 ? count + 1 : count), 0);
  let common = 0;
  for (const word of hypothesis) {
    if (bag[word] === 0) continue;
    bag[word]!--;
    common++;
  }
  for (const word of reference) bag[word] = 0;
  return { missing, fewest: Math.max(hypothesis.length, reference.length) - common };
}

/** Larger than any cost. */
const NEVER = 1 << 30;
// Kept between calls, because a corpus needs them many thousand times.
let stepTable = new Uint8Array(0);
let columns = [new Int32Array(0), new Int32Array(0)] as const;

/**
 * tercom's beam search for the edit distance: column by column over the hypothesis, cells far worse than the best
 * diagonal step into the column are not followed. Ties go to match or substitution, then insertion, then deletion.
 *
 * Letters: H hypothesis words, R reference words; column h of the table has R + 1 cells.
 */
export function align(words: Int32Array, reference: Int32Array): Alignment {
  const [H, R] = [words.length, reference.length];
  const rows = R + 1;
  if (stepTable.length < rows * (H + 1)) stepTable = new Uint8Array(2 * rows * (H + 1));
  if (columns[0].length < rows) columns = [new Int32Array(2 * rows), new Int32Array(2 * rows)];
  const table = stepTable.fill(0, 0, rows * (H + 1));
  let [column, next] = columns;
  column.fill(NEVER, 0, rows);
  column[0] = 0;
  let best = NEVER;
  let [first, end] = [0, 0];
  for (let h = 0; h < H; h++) {
    next.fill(NEVER, 0, rows);
    const limit = best === NEVER ? NEVER - 1 : best + BEAM;
    const word = words[h]!;
    const here = h * rows;
    const there = here + rows;
    best = NEVER;
    let nextFirst = -1;
    let nextEnd = -1;
    for (let r = first; r <= R && r <= end; r++) {
      const cost = column[r]!;
      if (cost > limit) continue;
      if (nextFirst === -1) nextFirst = r;
      nextEnd = r + 1;
      if (next[r]! > cost + 1) {
        next[r] = cost + 1;
        table[there + r] = INSERT;
      }
      if (r === R) break;
      const equal = reference[r] === word;
      const diagonal = equal ? cost : cost + 1;
      next[r + 1] = diagonal;
      table[there + r + 1] = equal ? MATCH : SUBSTITUTE;
      if (diagonal < best) best = diagonal;
      if (column[r + 1]! > cost + 1) {
        column[r + 1] = cost + 1;
        table[here + r + 1] = DELETE;
        if (r >= end) end = r + 1;
      }
    }
    [column, next] = [next, column];
    [first, end] = [nextFirst, nextEnd];
  }
  finishColumn(column, { table: table.subarray(H * rows), first, end });
  return { edits: column[R]!, steps: trace(table, H, R) };
}

/** Deletions down the last column, where nothing is too bad to be followed. */
function finishColumn(column: Int32Array, { table, first, end }: { table: Uint8Array; first: number; end: number }): void {
  const R = table.length - 1;
  let last = end;
  for (let r = first; r < R && r <= last; r++) {
    const cost = column[r]! + 1;
    if (cost >= column[r + 1]!) continue;
    column[r + 1] = cost;
    table[r + 1] = DELETE;
    if (r >= last) last = r + 1;
  }
}

function trace(table: Uint8Array, H: number, R: number): Uint8Array {
  const backwards: number[] = [];
  let [h, r] = [H, R];
  while (h > 0 || r > 0) {
    const step = table[h * (R + 1) + r]!;
    if (step === 0) throw new Error(`ter: the beam search lost its path at word ${h} of ${H} and ${r} of ${R}.`);
    backwards.push(step);
    if (step !== DELETE) h--;
    if (step !== INSERT) r--;
  }
  return Uint8Array.from(backwards.reverse());
}
