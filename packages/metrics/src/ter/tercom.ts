import { anySet, countEdits, DELETE, INSERT, MATCH, positionsOf, shiftTo, SUBSTITUTE, swapped, type Alignment, type EditCounts, type Shift } from './edits.js';
import { Levenshtein } from './levenshtein.js';

/** Paths that cost this much more than the best of the column before are given up. */
const BEAM = 20;
/** Words a shift may move. */
const MAX_SHIFT_SIZE = 10;
/** Words a shift may move over. */
const MAX_SHIFT_DISTANCE = 50;

/**
 * Fewest edits and shifts that turn a hypothesis into a reference, by tercom's greedy search.
 *
 * Words are numbers below `vocabulary`. The beam, the limits on shifts and the order in which equally good shifts are
 * tried are those of tercom 0.7.25, with its option defaults (`-b 20 -d 50`, every edit costs 1).
 *
 * @see Snover et al. 2006, "A study of translation edit rate with targeted human annotation"
 */
export function tercomEdits(hypothesis: Int32Array, reference: Int32Array, vocabulary: number): EditCounts {
  const distances = new Levenshtein(reference, vocabulary);
  const certain = BEAM + countMissing(hypothesis, reference);
  const shifted: number[] = [];
  let words = hypothesis;
  for (;;) {
    const alignment = distances.load(words) <= certain ? distances.alignment() : align(words, reference);
    const shift = bestShift({ words, reference, alignment, distances, certain });
    if (!shift) return countEdits(alignment, shifted);
    words = swapped(words, shift);
    shifted.push(shift.size);
  }
}

interface ShiftProblem {
  readonly words: Int32Array;
  readonly reference: Int32Array;
  readonly alignment: Alignment;
  readonly distances: Levenshtein;
  /**
   * A distance up to which the beam cannot matter. Every word that the reference lacks costs an edit wherever it is
   * aligned. So on a best path a cell's cost less the missing words so far never shrinks, and where it ends at no more
   * than the beam, no cell of the path was further than that above the best of its column.
   */
  readonly certain: number;
}

/** Hypothesis words that the reference does not have. */
function countMissing(hypothesis: Int32Array, reference: Int32Array): number {
  const known = new Set(reference);
  return hypothesis.reduce((count, word) => (known.has(word) ? count : count + 1), 0);
}

/** The shift that saves most, counting its own cost of 1; long ones first, and of equal ones the first found. */
function bestShift({ words, reference, alignment, distances, certain }: ShiftProblem): Shift | undefined {
  const candidates = findShifts(words, reference, alignment);
  let best: Shift | undefined;
  // Edits of the best so far, its shift included.
  let total = alignment.edits;
  for (let size = MAX_SHIFT_SIZE; size > 0; size--) {
    for (const shift of candidates[size] ?? []) {
      // A shift of this size can't repair more than both ends of what it moves.
      const saved = alignment.edits - total;
      if (saved > 2 * size || (best && saved === 2 * size)) return best;
      const allowed = best ? total - 1 : total;
      let edits = distances.distanceAfter(shift);
      if (edits + 1 > allowed) continue;
      if (edits > certain) edits = align(swapped(words, shift), reference).edits;
      if (edits + 1 > allowed) continue;
      best = shift;
      total = edits + 1;
    }
  }
  return best;
}

/** All shifts worth trying, by size, in tercom's order: by start, then by the place in the reference they match. */
function findShifts(words: Int32Array, reference: Int32Array, { steps }: Alignment): Shift[][] {
  const { wrongHypothesis, wrongReference, alignedTo } = positionsOf(steps, words.length, reference.length);
  const bySize: Shift[][] = [];
  const places = placesOf(reference);
  for (let start = 0; start < words.length; start++) {
    let matches = places.get(words[start]!) ?? [];
    if (!matches.some((place) => inReach(start, alignedTo[place]!))) continue;
    for (let size = 1; size <= MAX_SHIFT_SIZE && start + size <= words.length; size++) {
      const last = size - 1;
      if (size > 1) matches = matches.filter((place) => place + last < reference.length && reference[place + last] === words[start + last]);
      if (matches.length === 0) break;
      if (!anySet(wrongHypothesis, start, size)) continue;
      const targets = matches.filter((place) => isAway(alignedTo[place]!, start, size));
      if (targets.length === 0) break;
      for (const place of targets) {
        if (!anySet(wrongReference, place, size)) continue;
        const list = (bySize[size] ??= []);
        for (const behind of landings(place, { start, size, alignedTo })) list.push(shiftBehind(behind, { start, size, H: words.length }));
      }
    }
  }
  return bySize;
}

/** Where each word stands in the reference, ascending. */
function placesOf(reference: Int32Array): Map<number, number[]> {
  const places = new Map<number, number[]>();
  reference.forEach((word, i) => {
    const list = places.get(word);
    if (list) list.push(i);
    else places.set(word, [i]);
  });
  return places;
}

function inReach(start: number, aligned: number): boolean {
  return aligned !== start && aligned - start <= MAX_SHIFT_DISTANCE && start - aligned - 1 <= MAX_SHIFT_DISTANCE;
}

/** Is the place outside the block itself, and near enough? */
function isAway(aligned: number, start: number, size: number): boolean {
  return (aligned < start || aligned >= start + size) && Math.abs(aligned - start) <= MAX_SHIFT_DISTANCE;
}

/** The words that the block may be put behind: those aligned with the reference words from one before the match to its end. */
function landings(place: number, block: { start: number; size: number; alignedTo: Int32Array }): number[] {
  const { start, size, alignedTo } = block;
  const found: number[] = [];
  for (let offset = -1; offset < size; offset++) {
    if (place + offset < 0) {
      found.push(-1);
      continue;
    }
    const behind = alignedTo[place + offset]!;
    if (behind !== start && (offset === 0 || behind !== alignedTo[place])) found.push(behind);
  }
  return found;
}

/** The shift of a block behind the word at `behind`. */
function shiftBehind(behind: number, { start, size, H }: { start: number; size: number; H: number }): Shift {
  const end = start + size - 1;
  let target = behind + 1;
  if (behind > end) target = behind - size + 1;
  // Behind one of its own words: the block moves as far as that word is from its start.
  else if (behind >= start) target = start + Math.min(behind - start, H - 1 - end);
  return shiftTo(start, size, target);
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
