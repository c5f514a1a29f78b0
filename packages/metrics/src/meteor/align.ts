import { Beam } from './beam.js';
import { isMarked, mark } from './bits.js';
import { branch, isAdjacent } from './branch.js';
import { Choices } from './choices.js';
import type { MatchTable } from './matches.js';
import { ROOM } from './room.js';
import { Trail } from './trail.js';

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
  private readonly trail = new Trail();
  /** Do all ways stand at the same place? Then it is kept once, and what they gain alike is left out: it ranks none anew. */
  private together = true;
  private commonNext = 0;
  private commonHypothesisNext = -1;
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
    for (let step = this.ways.trail[this.bestWay()]!; step >= 0; step = this.trail.before[step]!) {
      const match = this.trail.match[step]!;
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
    this.trail.clear();
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
    const { ways, used } = this;
    ways.clear(this.usedSize);
    ways.offer(0, 0, 0);
    ways.trail[0] = -1;
    for (let i = 0; i < this.usedSize; i++) ways.used[i] = used[i]!;
    this.meet(0, -1);
  }

  private meet(next: number, hypothesisNext: number): void {
    this.together = true;
    this.commonNext = next;
    this.commonHypothesisNext = hypothesisNext;
  }

  private part(): void {
    if (!this.together) return;
    this.together = false;
    this.ways.next.fill(this.commonNext, 0, this.ways.size);
    this.ways.hypothesisNext.fill(this.commonHypothesisNext, 0, this.ways.size);
  }

  /** All ways take a certain match; none has a match that overlaps it. */
  private takeEverywhere(match: number): void {
    const { ways, matches } = this;
    const hypothesisStart = matches.hypothesisStart[match]!;
    if (!this.together) {
      for (let rank = 0; rank < ways.size; rank++) if (!isAdjacent(ways.hypothesisNext[ways.slot[rank]!]!, hypothesisStart)) ways.merit[rank]!--;
      ways.rank();
    }
    this.meet(matches.start[match]! + matches.length[match]!, hypothesisStart + matches.hypothesisLength[match]!);
  }

  /** No way has a match that begins at a word; runs of matches end at it, but for those that go on over it. */
  private leave(current: number): void {
    const { ways } = this;
    if (this.together) {
      if (this.commonNext <= current) this.commonHypothesisNext = -1;
      return;
    }
    let left = 0;
    for (let rank = 0; rank < ways.size; rank++) {
      const slot = ways.slot[rank]!;
      if (ways.next[slot]! > current) continue;
      if (ways.hypothesisNext[slot]! >= 0) ways.merit[rank]!--;
      ways.hypothesisNext[slot] = -1;
      left++;
    }
    ways.rank();
    if (left === ways.size) this.meet(current + 1, -1);
  }

  /** Each way goes on with each match that begins at a word and is free, and without. */
  private branchEverywhere(current: number): void {
    const { ways, following, choices } = this;
    this.findChoices(current);
    if (choices.size === 0) return this.leave(current);
    this.part();
    branch(ways, following, { choices, trail: this.trail, word: current });
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

  /** The slot of the best way at the end, where a chunk that is still open counts, too. */
  private bestWay(): number {
    const { ways } = this;
    this.part();
    let best = 0;
    for (let rank = 1; rank < ways.size; rank++) {
      const merit = this.endedMerit(rank);
      const most = this.endedMerit(best);
      if (merit > most || (merit === most && ways.distance[rank]! < ways.distance[best]!)) best = rank;
    }
    return ways.slot[best]!;
  }

  private endedMerit(rank: number): number {
    return this.ways.merit[rank]! - (this.ways.hypothesisNext[this.ways.slot[rank]!]! >= 0 ? 1 : 0);
  }
}

function count(counts: Int32Array, start: number, length: number): void {
  for (let i = start; i < start + length; i++) counts[i]!++;
}

function areOnes(counts: Int32Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (counts[i] !== 1) return false;
  return true;
}
