import { countEdits, DELETE, hasErrors, INSERT, MATCH, positionsOf, shiftTo, SUBSTITUTE, swapped, type Alignment, type EditCounts, type EditSearch, type Positions } from './edits.js';
import { Levenshtein, type Swap } from './levenshtein.js';

/** Cells further from the diagonal than this are not looked at. */
const BEAM = 25;
const MAX_SHIFT_SIZE = 10;
const MAX_SHIFT_DISTANCE = 50;
/** After so many tried shifts the search ends, and the last round's best shift is dropped. */
const MAX_CANDIDATES = 1000;

/**
 * A search for the fewest edits and shifts that turn a hypothesis into a reference: sacrebleu's version of tercom's.
 *
 * It differs from tercom in: the shape of the beam, the measure of a shift's distance, the limit on tried shifts,
 * and the choice between equally good shifts.
 *
 * @see sacrebleu 2.6.0, `lib_ter.py`
 */
export function sacrebleuSearch(): EditSearch {
  const distances = new Levenshtein();
  return ({ hypothesis, reference, vocabulary }) => {
    if (reference.length === 0) {
      return countEdits({ edits: hypothesis.length, steps: new Uint8Array(hypothesis.length).fill(INSERT) }, []);
    }
    distances.setReference(reference, vocabulary);
    return search({ hypothesis, reference, distances });
  };
}

function search({ hypothesis, reference, distances }: { hypothesis: Int32Array; reference: Int32Array; distances: Levenshtein }): EditCounts {
  const shifted: number[] = [];
  let words = hypothesis;
  let tried = 0;
  for (;;) {
    const alignment = align(words, reference);
    const { best, candidates } = bestShift({ words, reference, alignment, distances }, MAX_CANDIDATES - tried);
    tried += candidates;
    if (tried >= MAX_CANDIDATES || !best || best.saved <= 0) return countEdits(alignment, shifted);
    words = swapped(words, best.swap);
    shifted.push(best.size);
  }
}

interface ShiftProblem {
  readonly words: Int32Array;
  readonly reference: Int32Array;
  readonly alignment: Alignment;
  readonly distances: Levenshtein;
}

interface ShiftResult {
  readonly swap: Swap;
  /** Edits saved, not counting the shift itself. */
  readonly saved: number;
  readonly start: number;
  readonly size: number;
  readonly target: number;
}

/** The shift that saves most; of equal ones the longest, then the leftmost, then the one that goes furthest left. */
function bestShift({ words, reference, alignment, distances }: ShiftProblem, limit: number) {
  const positions = positionsOf(alignment.steps, words.length, reference.length);
  distances.load(words);
  let best: ShiftResult | undefined;
  let candidates = 0;
  for (const { start, place, size } of equalBlocks(words, reference)) {
    const aligned = positions.alignedTo[place]!;
    if (!hasErrors(positions.hypothesisErrors, start, size) || !hasErrors(positions.referenceErrors, place, size)) continue;
    if (start <= aligned && aligned < start + size) continue;
    for (const target of targets({ place, size }, positions)) {
      candidates++;
      const swap = swapBefore(target, { start, size, H: words.length });
      if (best && alignment.edits - distances.distanceAfter(swap) < best.saved) continue;
      const saved = alignment.edits - align(swapped(words, swap), reference).edits;
      const result = { swap, saved, start, size, target };
      if (!best || isBetter(result, best)) best = result;
    }
    if (candidates >= limit) break;
  }
  return { best, candidates };
}

function isBetter(a: ShiftResult, b: ShiftResult): boolean {
  return (a.saved - b.saved || a.size - b.size || b.start - a.start || b.target - a.target) > 0;
}

/** Equal blocks of hypothesis and reference, by start, then place in the reference, then size. */
function* equalBlocks(words: Int32Array, reference: Int32Array) {
  for (let start = 0; start < words.length; start++) {
    const end = Math.min(reference.length - 1, start + MAX_SHIFT_DISTANCE);
    for (let place = Math.max(0, start - MAX_SHIFT_DISTANCE); place <= end; place++) {
      const longest = Math.min(MAX_SHIFT_SIZE, words.length - start, reference.length - place);
      for (let size = 1; size <= longest && words[start + size - 1] === reference[place + size - 1]; size++) {
        yield { start, place, size };
      }
    }
  }
}

/** The positions that a block may be put before: behind the words aligned with the match and with the word before it. */
function targets({ place, size }: { place: number; size: number }, { alignedTo }: Positions): number[] {
  const found: number[] = [];
  for (let offset = -1; offset < size; offset++) {
    const target = place + offset < 0 ? 0 : alignedTo[place + offset]! + 1;
    if (target !== found.at(-1)) found.push(target);
  }
  return found;
}

function swapBefore(target: number, { start, size, H }: { start: number; size: number; H: number }): Swap {
  if (target < start) return shiftTo(start, size, target);
  if (target > start + size) return shiftTo(start, size, target - size);
  // Before one of its own words: the block moves as far as that word is from the text's start.
  return shiftTo(start, size, Math.min(target, H - size));
}

/**
 * Edit distance within a band around the diagonal, which is stretched to the lengths' ratio.
 *
 * Ties go to match or substitution, then insertion, then deletion.
 */
function align(words: Int32Array, reference: Int32Array): Alignment {
  const [H, R] = [words.length, reference.length];
  const rows = R + 1;
  const steps = new Uint8Array((H + 1) * rows).fill(DELETE, 0, rows);
  let row = Float64Array.from({ length: rows }, (_, r) => r);
  let next = new Float64Array(rows);
  const ratio = H > 0 ? R / H : 1;
  const beam = BEAM < ratio / 2 ? Math.ceil(ratio / 2 + BEAM) : BEAM;
  for (let h = 1; h <= H; h++) {
    next.fill(Infinity);
    const diagonal = Math.floor(h * ratio);
    const end = h === H ? rows : Math.min(rows, diagonal + beam);
    for (let r = Math.max(0, diagonal - beam); r < end; r++) {
      let cost = Infinity;
      let step = 0;
      if (r > 0) {
        const equal = words[h - 1] === reference[r - 1];
        cost = row[r - 1]! + (equal ? 0 : 1);
        step = equal ? MATCH : SUBSTITUTE;
      }
      if (row[r]! + 1 < cost) [cost, step] = [row[r]! + 1, INSERT];
      if (r > 0 && next[r - 1]! + 1 < cost) [cost, step] = [next[r - 1]! + 1, DELETE];
      next[r] = cost;
      steps[h * rows + r] = step;
    }
    [row, next] = [next, row];
  }
  return { edits: row[R]!, steps: trace(steps, H, R) };
}

function trace(table: Uint8Array, H: number, R: number): Uint8Array {
  const backwards: number[] = [];
  let [h, r] = [H, R];
  while (h > 0 || r > 0) {
    const step = table[h * (R + 1) + r]!;
    backwards.push(step);
    if (step !== DELETE) h--;
    if (step !== INSERT) r--;
  }
  return Uint8Array.from(backwards.reverse());
}
