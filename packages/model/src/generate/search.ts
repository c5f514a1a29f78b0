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
  rows.forEach((row, parent) => {
    const offset = base[parent]!;
    // What a token's own score has to exceed; nearly all fail here.
    const bound = () => (best.length === count ? best[count - 1]!.score - offset : NaN);
    let least = bound();
    for (let token = 0; token < row.length; token++) {
      if (row[token]! <= least) continue;
      insert(best, { token, parent, score: Math.fround(row[token]! + offset) }, count);
      least = bound();
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
