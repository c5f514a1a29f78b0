import { Beam, meritOf } from './beam.js';
import { Choices, displacementOf, scoreOf } from './choices.js';
import type { MatchTable } from './matches.js';
import { ROOM } from './room.js';

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
  chosen = new Int32Array(ROOM);
  /** A bit for each reference word that a certain match covers. */
  private covered = new Int32Array(ROOM);
  private inReference = new Int32Array(ROOM);
  private inHypothesis = new Int32Array(ROOM);
  /** A bit for each hypothesis word that a certain match uses. */
  private used = new Int32Array(ROOM);
  private usedSize = 0;
  private ways = new Beam(BEAM);
  private following = new Beam(BEAM);
  /** Decisions of all ways: a match, and the decision before it or -1. */
  private trailMatch = new Int32Array(8 * ROOM);
  private trailBefore = new Int32Array(8 * ROOM);
  private trailSize = 0;

  private readonly choices: Choices;

  constructor(private readonly matches: MatchTable) {
    this.choices = new Choices(matches);
  }

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
      [this.chosen, this.inReference, this.covered] = [new Int32Array(2 * R), new Int32Array(2 * R), new Int32Array(2 * R)];
    }
    if (this.inHypothesis.length < H) [this.inHypothesis, this.used] = [new Int32Array(2 * H), new Int32Array(2 * H)];
    this.usedSize = (H + 31) >>> 5;
    this.chosen.fill(-1, 0, R);
    this.covered.fill(0, 0, (R + 31) >>> 5);
    this.inReference.fill(0, 0, R);
    this.inHypothesis.fill(0, 0, H);
    this.used.fill(0, 0, this.usedSize);
    this.trailSize = 0;
    this.choices.reserve(this.matches.size);
  }

  /** Chooses the matches that are alone at their words. @returns how many they are */
  private chooseCertain(R: number): number {
    const { matches, inReference, inHypothesis, covered, used } = this;
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
      mark(covered, 0, word, word + length[match]!);
      mark(used, 0, hypothesisStart[match]!, hypothesisStart[match]! + hypothesisLength[match]!);
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
    const [merit, displacement] = [meritOf(scoreOf(matches, match), 0), displacementOf(matches, match)];
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

  /** Each way goes on with each match that begins at a word and is free, and without. */
  private branchEverywhere(current: number): void {
    const { ways, following, choices } = this;
    this.findChoices(current);
    if (choices.size === 0) return this.leave(current);
    following.clear(this.usedSize);
    for (let rank = 0; rank < ways.size; rank++) {
      const slot = ways.ranked[rank]!;
      const next = ways.next[slot]!;
      // The ways after it are no better.
      if (following.isBeyond(ways.merit[slot]! + choices.mostMerit)) break;
      if (next <= current) this.branch(slot, current);
      else this.goOn(this.carry(slot, ways.merit[slot]!, ways.distance[slot]!), next, ways.hypothesisNext[slot]!);
    }
    [this.ways, this.following] = [following, ways];
  }

  /** Finds the matches that begin at a word and overlap no certain match. */
  private findChoices(current: number): void {
    const { matches, choices, covered, used } = this;
    choices.clear();
    for (let match = matches.first[current]!; match >= 0; match = matches.next[match]!) {
      const hypothesisStart = matches.hypothesisStart[match]!;
      if (isMarked(used, 0, hypothesisStart, hypothesisStart + matches.hypothesisLength[match]!)) continue;
      if (isMarked(covered, 0, current, current + matches.length[match]!)) continue;
      choices.add(match);
    }
  }

  private branch(slot: number, current: number): void {
    const { ways, following, choices, usedSize } = this;
    const hypothesisNext = ways.hypothesisNext[slot]!;
    let distance = ways.distance[slot]!;
    for (let i = 0; i < choices.size; i++) {
      const start = choices.hypothesisStart[i]!;
      const end = choices.hypothesisEnd[i]!;
      if (isMarked(ways.used, slot * usedSize, start, end)) continue;
      const placed = this.carry(slot, ways.merit[slot]! + choices.merit[i]! - (isAdjacent(hypothesisNext, start) ? 0 : 1), distance);
      distance += choices.displacement[i]!;
      if (placed < 0) continue;
      following.trail[placed] = this.decide(choices.match[i]!, ways.trail[slot]!);
      mark(following.used, placed * usedSize, start, end);
      this.goOn(placed, choices.next[i]!, end);
    }
    this.goOn(this.carry(slot, ways.merit[slot]! - (hypothesisNext >= 0 ? 1 : 0), distance), current + 1, -1);
  }

  /** Carries a way over to the following ones, as it is but for its rank. @returns its new slot, or -1 if it is none of the best */
  private carry(slot: number, merit: number, distance: number): number {
    const placed = this.following.place(merit, distance);
    if (placed >= 0) this.following.copyHistory(placed, this.ways, slot);
    return placed;
  }

  private goOn(placed: number, next: number, hypothesisNext: number): void {
    if (placed < 0) return;
    this.following.next[placed] = next;
    this.following.hypothesisNext[placed] = hypothesisNext;
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

/** Does a match go on with the run of matches before it, if there is one? */
const isAdjacent = (hypothesisNext: number, hypothesisStart: number) => hypothesisNext < 0 || hypothesisNext === hypothesisStart;

function count(counts: Int32Array, start: number, length: number): void {
  for (let i = start; i < start + length; i++) counts[i]!++;
}

function areOnes(counts: Int32Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (counts[i] !== 1) return false;
  return true;
}

function mark(bits: Int32Array, at: number, start: number, end: number): void {
  for (let i = start; i < end; i++) bits[at + (i >>> 5)]! |= 1 << (i & 31);
}

function isMarked(bits: Int32Array, at: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bits[at + (i >>> 5)]! & (1 << (i & 31))) !== 0) return true;
  return false;
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
