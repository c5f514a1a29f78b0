import { doubled, ROOM } from './room.js';

/** Decisions of all ways of a search: a match, and the decision before it or -1. */
export class Trail {
  match = new Int32Array(8 * ROOM);
  before = new Int32Array(8 * ROOM);
  private size = 0;

  clear(): void {
    this.size = 0;
  }

  /** @returns the decision's number */
  add(match: number, before: number): number {
    const step = this.size++;
    if (step === this.match.length) [this.match, this.before] = [doubled(this.match), doubled(this.before)];
    this.match[step] = match;
    this.before[step] = before;
    return step;
  }
}
