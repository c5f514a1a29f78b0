import type { Generated } from './settings.js';

/** Which token a row goes on with, and which row of the step before it continues. */
export interface Continuation {
  readonly token: number;
  readonly parent: number;
}

/** Scores of a row's next token. */
export interface Row {
  /** Of every token by its id, or of `tokens`; the search's own to change. */
  readonly scores: Float32Array;
  /** The likeliest tokens, best first, where not all are given. */
  readonly tokens?: Int32Array | undefined;
}

/** The search for one prompt's sequences: pure bookkeeping over scores, with no tensor in it. */
export interface Search {
  /** Rows that it decodes at a time. */
  readonly width: number;
  /**
   * Takes the scores of each row's next token and chooses.
   *
   * @param rows  a single one at the first step, which follows the prompt
   * @returns one continuation per row, or undefined when the search has ended
   */
  advance(rows: readonly Row[]): readonly Continuation[] | undefined;
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
export function topCandidates(rows: readonly Row[], base: readonly number[], count: number): Candidate[] {
  const best: Candidate[] = [];
  rows.forEach(({ scores, tokens }, parent) => {
    const offset = base[parent]!;
    // What a token's own score has to exceed; nearly all fail here.
    const bound = () => (best.length === count ? best[count - 1]!.score - offset : NaN);
    let least = bound();
    for (let i = 0; i < scores.length; i++) {
      if (scores[i]! <= least) continue;
      insert(best, { token: tokens?.[i] ?? i, parent, score: Math.fround(scores[i]! + offset) }, count);
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
