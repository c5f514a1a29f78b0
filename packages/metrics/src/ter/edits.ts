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

/** Two texts as words numbered below `vocabulary`. */
export interface WordPair {
  readonly hypothesis: Int32Array;
  readonly reference: Int32Array;
  readonly vocabulary: number;
}

/** Finds the fewest edits of a pair; undefined once it is certain that they are more than `atMost`. */
export type EditSearch = (pair: WordPair, atMost?: number) => EditCounts | undefined;

/** Words that move, as the swap that this comes to. */
export interface Shift extends Swap {
  /** How many words count as moved. */
  readonly size: number;
}

/** Where the words of an alignment stand, and how many are wrong. */
export interface Positions {
  /** For each word, and for the end, how many before it are wrong. */
  readonly hypothesisErrors: Int32Array;
  readonly referenceErrors: Int32Array;
  /** For each reference word the last hypothesis word that it or its predecessors are aligned with, or -1. */
  readonly alignedTo: Int32Array;
}

/** Reads positions off an alignment of H hypothesis words with R reference words. */
export function positionsOf(steps: Uint8Array, H: number, R: number): Positions {
  const hypothesisErrors = new Int32Array(H + 1);
  const referenceErrors = new Int32Array(R + 1);
  const alignedTo = new Int32Array(R);
  let [h, r] = [0, 0];
  for (const step of steps) {
    const wrong = step === MATCH ? 0 : 1;
    if (step !== DELETE) hypothesisErrors[h + 1] = hypothesisErrors[h++]! + wrong;
    if (step === INSERT) continue;
    alignedTo[r] = h - 1;
    referenceErrors[r + 1] = referenceErrors[r++]! + wrong;
  }
  return { hypothesisErrors, referenceErrors, alignedTo };
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

/** Is any of `size` words from `start` on wrong? */
export function hasErrors(errors: Int32Array, start: number, size: number): boolean {
  return errors[start + size]! > errors[start]!;
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
