import { meritOf } from './beam.js';
import type { MatchTable } from './matches.js';
import { ROOM } from './room.js';

/** The matches to choose from at one reference word, with what is the same of them for every way; in columns. */
export class Choices {
  size = 0;
  match = new Int32Array(ROOM);
  /** What a match adds to a way's merit if it begins no chunk. */
  merit = new Float64Array(ROOM);
  displacement = new Int32Array(ROOM);
  hypothesisStart = new Int32Array(ROOM);
  hypothesisEnd = new Int32Array(ROOM);
  /** The reference word behind the match. */
  next = new Int32Array(ROOM);

  /** The most that any of them adds, and the most of those that add less; 0 if that is none. */
  mostMerit = 0;
  otherMerit = 0;
  /** Behind the last of those that add the most. */
  mostEnd = 0;

  constructor(private readonly matches: MatchTable) {}

  /** Makes room for the matches of a pair of texts. */
  reserve(count: number): void {
    if (this.match.length >= count) return;
    const column = () => new Int32Array(2 * count);
    [this.match, this.displacement, this.hypothesisStart, this.hypothesisEnd, this.next] = [column(), column(), column(), column(), column()];
    this.merit = new Float64Array(2 * count);
  }

  clear(): void {
    this.size = 0;
    this.mostMerit = 0;
    this.otherMerit = 0;
  }

  add(match: number): void {
    const { matches } = this;
    const i = this.size++;
    const merit = meritOf(scoreOf(matches, match), 0);
    this.match[i] = match;
    this.merit[i] = merit;
    if (merit > this.mostMerit) [this.mostMerit, this.otherMerit] = [merit, this.mostMerit];
    if (merit === this.mostMerit) this.mostEnd = this.size;
    else if (merit > this.otherMerit) this.otherMerit = merit;
    this.displacement[i] = displacementOf(matches, match);
    this.hypothesisStart[i] = matches.hypothesisStart[match]!;
    this.hypothesisEnd[i] = matches.hypothesisStart[match]! + matches.hypothesisLength[match]!;
    this.next[i] = matches.start[match]! + matches.length[match]!;
  }
}

/** All words of a match if they are equal, else half of them, rounded down on each side. */
function scoreOf({ stage, length, hypothesisLength }: MatchTable, match: number): number {
  if (stage[match] === 0) return length[match]! + hypothesisLength[match]!;
  return (length[match]! >> 1) + (hypothesisLength[match]! >> 1);
}

const displacementOf = ({ start, hypothesisStart }: MatchTable, match: number) => Math.abs(start[match]! - hypothesisStart[match]!);
