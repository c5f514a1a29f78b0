import type { Swap } from './levenshtein.js';

/** One step of an alignment of a hypothesis with a reference. */
export const MATCH = 1;
export const SUBSTITUTE = 2;
/** A hypothesis word with no reference word. */
export const INSERT = 3;
/** A reference word with no hypothesis word. */
export const DELETE = 4;

/** The fewest edits found between two word sequences, and how: steps from left to right. */
export interface Alignment {
  readonly edits: number;
  readonly steps: Uint8Array;
}

/** What TER counts of one hypothesis against one reference. */
export interface EditCounts {
  /** Insertions, deletions, substitutions and shifts together. */
  readonly edits: number;
  readonly insertions: number;
  readonly deletions: number;
  readonly substitutions: number;
  readonly shifts: number;
  /** Words moved, over all shifts. */
  readonly shiftedWords: number;
}

/** Words that move, as the swap that this comes to. */
export interface Shift extends Swap {
  /** How many words count as moved. */
  readonly size: number;
}

/** Where the words of an alignment stand, and which of them are wrong. */
export interface Positions {
  readonly wrongHypothesis: Uint8Array;
  readonly wrongReference: Uint8Array;
  /** For each reference word the last hypothesis word that it or its predecessors are aligned with, or -1. */
  readonly alignedTo: Int32Array;
}

/** Reads positions off an alignment of H hypothesis words with R reference words. */
export function positionsOf(steps: Uint8Array, H: number, R: number): Positions {
  const wrongHypothesis = new Uint8Array(H);
  const wrongReference = new Uint8Array(R);
  const alignedTo = new Int32Array(R);
  let h = -1;
  let r = -1;
  for (const step of steps) {
    if (step !== DELETE) wrongHypothesis[++h] = step === MATCH ? 0 : 1;
    if (step === INSERT) continue;
    wrongReference[++r] = step === MATCH ? 0 : 1;
    alignedTo[r] = h;
  }
  return { wrongHypothesis, wrongReference, alignedTo };
}

/** Counts an alignment's steps; `shifted` holds the number of words of each shift made before it. */
export function countEdits({ edits, steps }: Alignment, shifted: readonly number[]): EditCounts {
  const count = [0, 0, 0, 0, 0];
  for (const step of steps) count[step]!++;
  return {
    edits: edits + shifted.length,
    insertions: count[INSERT]!,
    deletions: count[DELETE]!,
    substitutions: count[SUBSTITUTE]!,
    shifts: shifted.length,
    shiftedWords: shifted.reduce((sum, words) => sum + words, 0),
  };
}

/** Is any of `count` flags from `start` on set? */
export function anySet(flags: Uint8Array, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (flags[i] !== 0) return true;
  return false;
}

/** The shift of `size` words at `start` to where they begin at `target` of the result: two blocks change places. */
export function shiftTo(start: number, size: number, target: number): Shift {
  if (target < start) return { from: target, middle: start, end: start + size, size };
  return { from: start, middle: start + size, end: target + size, size };
}

/** The words after a swap. */
export function swapped(words: Int32Array, { from, middle, end }: Swap): Int32Array {
  const result = words.slice();
  result.set(words.subarray(middle, end), from);
  result.set(words.subarray(from, middle), from + end - middle);
  return result;
}
