import { Beam, meritOf } from './beam.js';
import type { MatchTable } from './matches.js';

/** Ways kept at each reference word. */
const BEAM = 40;

/**
 * Chooses matches that do not overlap: as many words as possible, then in as few chunks, then as little out of place.
 *
 * Matches without rivals are certain; a beam runs over the reference from left to right to choose among the others.
 * METEOR 1.5's ties are kept, for which three of its habits matter: an inexact match scores half its words, rounded
 * down a side; the distance of a match counts for the ways tried after it, not for its own; and the beam keeps 40 ways.
 *
 * @see Denkowski and Lavie 2014, "Meteor Universal", section 2.1
 */
export class AlignmentSearch {
  /** The chosen match at each reference word where one begins, else -1. */
  chosen = new Int32Array(64);
  private covered = new Uint8Array(64);
  private inReference = new Int32Array(64);
  private inHypothesis = new Int32Array(64);
  /** A bit for each hypothesis word that a certain match uses. */
  private used = new Int32Array(2);
  private usedSize = 0;
  private ways = new Beam(BEAM);
  private following = new Beam(BEAM);
  /** Decisions of all ways: a match, and the decision before it or -1. */
  private trailMatch = new Int32Array(256);
  private trailBefore = new Int32Array(256);
  private trailSize = 0;

  constructor(private readonly matches: MatchTable) {}

  /** Chooses among the matches now in the table, of R reference words and H hypothesis words. */
  run(R: number, H: number): void {
    this.reset(R, H);
    const certain = this.chooseCertain(R);
    if (certain === this.matches.size) return;
    this.start();
    for (let current = 0; current < R; current++) {
      if (this.chosen[current]! >= 0) this.takeEverywhere(this.chosen[current]!);
      else if (this.matches.first[current]! < 0) this.leave(current);
      else this.branchEverywhere(current);
    }
    for (let step = this.ways.trail[this.bestWay()]!; step >= 0; step = this.trailBefore[step]!) {
      const match = this.trailMatch[step]!;
      this.chosen[this.matches.start[match]!] = match;
    }
  }

  private reset(R: number, H: number): void {
    if (this.chosen.length < R) {
      [this.chosen, this.inReference, this.covered] = [new Int32Array(2 * R), new Int32Array(2 * R), new Uint8Array(2 * R)];
    }
    if (this.inHypothesis.length < H) [this.inHypothesis, this.used] = [new Int32Array(2 * H), new Int32Array(2 * H)];
    this.usedSize = (H + 31) >>> 5;
    this.chosen.fill(-1, 0, R);
    this.covered.fill(0, 0, R);
    this.inReference.fill(0, 0, R);
    this.inHypothesis.fill(0, 0, H);
    this.used.fill(0, 0, this.usedSize);
    this.trailSize = 0;
  }

  /** Chooses the matches that are alone at their words. @returns how many they are */
  private chooseCertain(R: number): number {
    const { matches, inReference, inHypothesis, used } = this;
    const { start, length, hypothesisStart, hypothesisLength, first, next, size } = matches;
    for (let match = 0; match < size; match++) {
      count(inReference, start[match]!, length[match]!);
      count(inHypothesis, hypothesisStart[match]!, hypothesisLength[match]!);
    }
    let certain = 0;
    for (let word = 0; word < R; word++) {
      const match = first[word]!;
      if (match < 0 || next[match]! >= 0) continue;
      if (!areOnes(inReference, word, length[match]!) || !areOnes(inHypothesis, hypothesisStart[match]!, hypothesisLength[match]!)) continue;
      this.chosen[word] = match;
      this.covered.fill(1, word, word + length[match]!);
      mark(used, 0, hypothesisStart[match]!, hypothesisLength[match]!);
      certain++;
    }
    return certain;
  }

  private start(): void {
    const { ways, usedSize, used } = this;
    ways.clear(usedSize);
    const slot = ways.place(0, 0);
    ways.next[slot] = 0;
    ways.hypothesisNext[slot] = -1;
    ways.trail[slot] = -1;
    for (let i = 0; i < usedSize; i++) ways.used[slot * usedSize + i] = used[i]!;
  }

  /** All ways take a certain match. */
  private takeEverywhere(match: number): void {
    const { ways, matches } = this;
    const [merit, displacement] = [meritOf(scoreOf(matches, match), 0), this.displacement(match)];
    const next = matches.start[match]! + matches.length[match]!;
    const hypothesisStart = matches.hypothesisStart[match]!;
    const hypothesisNext = hypothesisStart + matches.hypothesisLength[match]!;
    for (let slot = 0; slot < ways.size; slot++) {
      if (ways.next[slot]! > matches.start[match]!) continue;
      ways.merit[slot]! += merit - (isAdjacent(ways.hypothesisNext[slot]!, hypothesisStart) ? 0 : 1);
      ways.distance[slot]! += displacement;
      ways.next[slot] = next;
      ways.hypothesisNext[slot] = hypothesisNext;
    }
    ways.rank();
  }

  /** No way has a match for a word; runs of matches end at it. */
  private leave(current: number): void {
    const { ways } = this;
    for (let slot = 0; slot < ways.size; slot++) {
      if (ways.next[slot]! > current) continue;
      if (ways.hypothesisNext[slot]! >= 0) ways.merit[slot]!--;
      ways.next[slot] = current + 1;
      ways.hypothesisNext[slot] = -1;
    }
    ways.rank();
  }

  private branchEverywhere(current: number): void {
    const { ways, following } = this;
    following.clear(this.usedSize);
    for (let rank = 0; rank < ways.size; rank++) {
      const slot = ways.ranked[rank]!;
      const next = ways.next[slot]!;
      if (next <= current) this.branch(slot, current);
      else this.goOn(slot, { merit: ways.merit[slot]!, distance: ways.distance[slot]!, next, hypothesisNext: ways.hypothesisNext[slot]! });
    }
    [this.ways, this.following] = [following, ways];
  }

  /** A way goes on with each match that is free, then without. */
  private branch(slot: number, current: number): void {
    const { ways, following, matches, usedSize } = this;
    let distance = ways.distance[slot]!;
    for (let match = matches.first[current]!; match >= 0; match = matches.next[match]!) {
      if (!this.isFree(match, slot)) continue;
      const hypothesisStart = matches.hypothesisStart[match]!;
      const chunks = isAdjacent(ways.hypothesisNext[slot]!, hypothesisStart) ? 0 : 1;
      const placed = following.place(ways.merit[slot]! + meritOf(scoreOf(matches, match), chunks), distance);
      distance += this.displacement(match);
      if (placed < 0) continue;
      following.copyHistory(placed, ways, slot);
      following.trail[placed] = this.decide(match, ways.trail[slot]!);
      following.next[placed] = current + matches.length[match]!;
      following.hypothesisNext[placed] = hypothesisStart + matches.hypothesisLength[match]!;
      mark(following.used, placed * usedSize, hypothesisStart, matches.hypothesisLength[match]!);
    }
    const merit = ways.merit[slot]! - (ways.hypothesisNext[slot]! >= 0 ? 1 : 0);
    this.goOn(slot, { merit, distance, next: current + 1, hypothesisNext: -1 });
  }

  /** A way goes on with no further match. */
  private goOn(slot: number, { merit, distance, next, hypothesisNext }: { merit: number; distance: number; next: number; hypothesisNext: number }): void {
    const { ways, following } = this;
    const placed = following.place(merit, distance);
    if (placed < 0) return;
    following.copyHistory(placed, ways, slot);
    following.next[placed] = next;
    following.hypothesisNext[placed] = hypothesisNext;
  }

  private decide(match: number, before: number): number {
    const step = this.trailSize++;
    if (step === this.trailMatch.length) {
      const [matches, befores] = [this.trailMatch, this.trailBefore];
      [this.trailMatch, this.trailBefore] = [new Int32Array(2 * step), new Int32Array(2 * step)];
      this.trailMatch.set(matches);
      this.trailBefore.set(befores);
    }
    this.trailMatch[step] = match;
    this.trailBefore[step] = before;
    return step;
  }

  private isFree(match: number, slot: number): boolean {
    const { matches, covered, ways, usedSize } = this;
    const end = matches.start[match]! + matches.length[match]!;
    for (let i = matches.start[match]!; i < end; i++) if (covered[i]) return false;
    const hypothesisEnd = matches.hypothesisStart[match]! + matches.hypothesisLength[match]!;
    for (let i = matches.hypothesisStart[match]!; i < hypothesisEnd; i++) if (ways.used[slot * usedSize + (i >>> 5)]! & (1 << (i & 31))) return false;
    return true;
  }

  private displacement(match: number): number {
    return Math.abs(this.matches.start[match]! - this.matches.hypothesisStart[match]!);
  }

  /** The best way at the end, where a chunk that is still open counts, too. */
  private bestWay(): number {
    const { ranked, size, merit, distance, hypothesisNext } = this.ways;
    const ended = (slot: number) => merit[slot]! - (hypothesisNext[slot]! >= 0 ? 1 : 0);
    let best = ranked[0]!;
    for (let rank = 1; rank < size; rank++) {
      const slot = ranked[rank]!;
      if (ended(slot) > ended(best) || (ended(slot) === ended(best) && distance[slot]! < distance[best]!)) best = slot;
    }
    return best;
  }
}

/** All words of a match if they are equal, else half of them, rounded down on each side. */
function scoreOf({ stage, length, hypothesisLength }: MatchTable, match: number): number {
  if (stage[match] === 0) return length[match]! + hypothesisLength[match]!;
  return (length[match]! >> 1) + (hypothesisLength[match]! >> 1);
}

/** Does a match go on with the run of matches before it, if there is one? */
const isAdjacent = (hypothesisNext: number, hypothesisStart: number) => hypothesisNext < 0 || hypothesisNext === hypothesisStart;

function count(counts: Int32Array, start: number, length: number): void {
  for (let i = start; i < start + length; i++) counts[i]!++;
}

function areOnes(counts: Int32Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (counts[i] !== 1) return false;
  return true;
}

function mark(bits: Int32Array, at: number, start: number, length: number): void {
  for (let i = start; i < start + length; i++) bits[at + (i >>> 5)]! |= 1 << (i & 31);
}

/** Runs of chosen matches that are next to each other in both texts, of R reference words. */
export function countChunks({ start, length, hypothesisStart, hypothesisLength }: MatchTable, chosen: Int32Array, R: number): number {
  let chunks = 0;
  let [next, hypothesisNext] = [0, -1];
  for (let word = 0; word < R; word++) {
    const match = chosen[word]!;
    if (match < 0) continue;
    if (start[match] !== next || hypothesisStart[match] !== hypothesisNext) chunks++;
    [next, hypothesisNext] = [start[match]! + length[match]!, hypothesisStart[match]! + hypothesisLength[match]!];
  }
  return chunks;
}
