import type { Match, Matches } from './matches.js';

/** Partial alignments kept at each reference word. */
const BEAM = 40;

/** A beam's partial alignment, up to the current reference word; the first three fields decide, the first first. */
interface Path {
  /** Words covered, both sides together; of other than exact matches half, rounded down a match and side. */
  readonly score: number;
  readonly chunks: number;
  readonly distance: number;
  /** The first reference word after the last match. */
  readonly next: number;
  /** The hypothesis word after the last match, or -1 if the reference word before is not matched. */
  readonly hypothesisNext: number;
  /** A bit for each hypothesis word in use. */
  used: Int32Array;
  chosen: Chosen | undefined;
}

interface Chosen {
  readonly match: Match;
  readonly before: Chosen | undefined;
}

/**
 * Chooses matches that do not overlap: as many words as possible, then in as few chunks, then as little out of place.
 *
 * METEOR 1.5's own search: matches without rivals are fixed; then a beam runs over the reference from left to right.
 * Its quirks decide ties and are kept: weights of inexact matches are cut to whole numbers, and the distance of
 * a match counts for the paths tried after it, not for its own.
 *
 * @returns  the chosen match at each reference word where one begins
 */
export function chooseMatches(matches: Matches, hypothesisLength: number): (Match | undefined)[] {
  const { fixed, covered, used } = fixMatches(matches, hypothesisLength);
  let beam: Path[] = [{ score: 0, chunks: 0, distance: 0, next: 0, hypothesisNext: -1, used, chosen: undefined }];
  matches.forEach((list, current) => {
    const following: Path[] = [];
    const only = fixed[current];
    for (const path of beam) {
      if (current < path.next) keep(following, path);
      else if (only) keep(following, advance(path, only, path.distance + displacement(only)));
      else extend(following, path, { list, covered });
    }
    beam = following;
  });
  const closed: Path[] = [];
  for (const path of beam) keep(closed, path.hypothesisNext === -1 ? path : { ...path, chunks: path.chunks + 1 });
  const result = fixed.slice();
  for (let chosen = closed[0]!.chosen; chosen; chosen = chosen.before) result[chosen.match.start] = chosen.match;
  return result;
}

interface Fixed {
  readonly fixed: (Match | undefined)[];
  readonly covered: Uint8Array;
  readonly used: Int32Array;
}

/** Matches that no other match overlaps and that are alone at their place. */
function fixMatches(matches: Matches, hypothesisLength: number): Fixed {
  const inReference = new Int32Array(matches.length);
  const inHypothesis = new Int32Array(hypothesisLength);
  for (const list of matches) {
    for (const { start, length, hypothesisStart, hypothesisLength: size } of list) {
      for (let i = start; i < start + length; i++) inReference[i]!++;
      for (let i = hypothesisStart; i < hypothesisStart + size; i++) inHypothesis[i]!++;
    }
  }
  const alone = (counts: Int32Array, start: number, length: number) => {
    for (let i = start; i < start + length; i++) if (counts[i] !== 1) return false;
    return true;
  };
  const covered = new Uint8Array(matches.length);
  const used = new Int32Array((hypothesisLength + 31) >>> 5);
  const fixed = matches.map((list) => {
    const match = list[0];
    if (!match || list.length !== 1) return undefined;
    if (!alone(inReference, match.start, match.length)) return undefined;
    if (!alone(inHypothesis, match.hypothesisStart, match.hypothesisLength)) return undefined;
    covered.fill(1, match.start, match.start + match.length);
    mark(used, match);
    return match;
  });
  return { fixed, covered, used };
}

/** All ways on from a path at a word that is free: with each match that is free too, then without. */
function extend(following: Path[], path: Path, { list, covered }: { list: readonly Match[]; covered: Uint8Array }): void {
  let { distance } = path;
  for (const match of list) {
    if (isTaken(match, path.used, covered)) continue;
    const extended = advance(path, match, distance);
    // Most paths are worse than a full beam, and cost nothing more.
    if (following.length < BEAM || isBetter(extended, following[BEAM - 1]!)) {
      extended.used = path.used.slice();
      mark(extended.used, match);
      extended.chosen = { match, before: path.chosen };
      keep(following, extended);
    }
    distance += displacement(match);
  }
  keep(following, {
    score: path.score,
    chunks: path.hypothesisNext === -1 ? path.chunks : path.chunks + 1,
    distance,
    next: path.next + 1,
    hypothesisNext: -1,
    used: path.used,
    chosen: path.chosen,
  });
}

/** The path that goes on behind a match; words in use and matches chosen are still those before it. */
function advance(path: Path, match: Match, distance: number): Path {
  const continues = path.hypothesisNext === -1 || path.hypothesisNext === match.hypothesisStart;
  return {
    score: path.score + weight(match, match.length) + weight(match, match.hypothesisLength),
    chunks: continues ? path.chunks : path.chunks + 1,
    distance,
    next: match.start + match.length,
    hypothesisNext: match.hypothesisStart + match.hypothesisLength,
    used: path.used,
    chosen: path.chosen,
  };
}

/** What a match adds to the score: all its words if they are equal, else half of them, rounded down. */
const weight = ({ stage }: Match, words: number) => (stage === 0 ? words : words >> 1);

const displacement = ({ start, hypothesisStart }: Match) => Math.abs(start - hypothesisStart);

/** Puts a path at its rank, behind its equals, if that is within the beam; the worst falls out. */
function keep(ranked: Path[], path: Path): void {
  let rank = ranked.length;
  while (rank > 0 && isBetter(path, ranked[rank - 1]!)) rank--;
  if (rank === BEAM) return;
  if (ranked.length < BEAM) ranked.push(path);
  for (let i = ranked.length - 1; i > rank; i--) ranked[i] = ranked[i - 1]!;
  ranked[rank] = path;
}

function isBetter(a: Path, b: Path): boolean {
  if (a.score !== b.score) return a.score > b.score;
  if (a.chunks !== b.chunks) return a.chunks < b.chunks;
  return a.distance < b.distance;
}

function isTaken({ start, length, hypothesisStart, hypothesisLength }: Match, used: Int32Array, covered: Uint8Array): boolean {
  for (let i = start; i < start + length; i++) if (covered[i]) return true;
  for (let i = hypothesisStart; i < hypothesisStart + hypothesisLength; i++) if (used[i >>> 5]! & (1 << (i & 31))) return true;
  return false;
}

function mark(used: Int32Array, { hypothesisStart, hypothesisLength }: Match): void {
  for (let i = hypothesisStart; i < hypothesisStart + hypothesisLength; i++) used[i >>> 5]! |= 1 << (i & 31);
}

/** Runs of matches that are next to each other in both texts. */
export function countChunks(chosen: readonly (Match | undefined)[]): number {
  let chunks = 0;
  let [next, hypothesisNext] = [0, -1];
  for (const match of chosen) {
    if (!match) continue;
    if (match.start !== next || match.hypothesisStart !== hypothesisNext) chunks++;
    [next, hypothesisNext] = [match.start + match.length, match.hypothesisStart + match.hypothesisLength];
  }
  return chunks;
}
