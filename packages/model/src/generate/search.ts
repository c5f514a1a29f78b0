import type { Generated } from './settings.js';

/** Which token a row goes on with, and which row of the step before it continues. */
export interface Continuation {
  readonly token: number;
  readonly parent: number;
}

/** The search for one prompt's sequences: pure bookkeeping over scores, with no tensor in it. */
export interface Search {
  /** Rows that it decodes at a time. */
  readonly width: number;
  /**
   * Takes the scores of each row's next token and chooses.
   *
   * @param rows  [V] per row, the search's own to change; a single row at the first step, which follows the prompt
   * @returns one continuation per row, or undefined when the search has ended
   */
  advance(rows: readonly Float32Array[]): readonly Continuation[] | undefined;
  /** Best first. */
  results(): readonly Generated[];
}

/** A candidate for a beam: `token` after row `parent`. */
export interface Candidate extends Continuation {
  readonly score: number;
}

/**
 * The best candidates over all rows by score, best first; of equal ones the lower row and token comes first.
 *
 * @param base  what each row's scores are added to, in 32-bit arithmetic
 */
export function topCandidates(rows: readonly Float32Array[], base: readonly number[], count: number): Candidate[] {
  const best: Candidate[] = [];
  let least = -Infinity;
  rows.forEach((row, parent) => {
    const offset = base[parent]!;
    for (let token = 0; token < row.length; token++) {
      const score = Math.fround(row[token]! + offset);
      if (score <= least && best.length === count) continue;
      insert(best, { token, parent, score }, count);
      if (best.length === count) least = best[count - 1]!.score;
    }
  });
  return best;
}

function insert(best: Candidate[], candidate: Candidate, count: number): void {
  let at = best.length;
  while (at > 0 && best[at - 1]!.score < candidate.score) at--;
  best.splice(at, 0, candidate);
  if (best.length > count) best.pop();
}
