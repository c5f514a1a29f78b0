import { ROOM } from './room.js';

/** More than the words of any text, and so than its chunks. */
const MOST_CHUNKS = 2 ** 21;

/** A higher score is better, and of equal scores fewer chunks. */
export const meritOf = (score: number, chunks: number) => score * MOST_CHUNKS - chunks;

/**
 * The best few ways to align two texts up to one reference word.
 *
 * Better is: a higher score, then fewer chunks, then less distance; of equals the one that came first. A way's fields
 * stand in columns at its slot, and ways give their slots on, so that a search makes no objects.
 */
export class Beam {
  size = 0;
  /** Slots, the best way's first. */
  readonly ranked: Int32Array;
  /** Score and chunks in one number: see {@link meritOf}. */
  readonly merit: Float64Array;
  readonly distance: Float64Array;
  /** The first reference word that is still open. */
  readonly next: Int32Array;
  /** The hypothesis word behind the last match, or -1 if the reference word before the open one is not matched. */
  readonly hypothesisNext: Int32Array;
  /** The last decision in the search's trail, or -1. */
  readonly trail: Int32Array;
  /** [width, usedSize] a bit for each hypothesis word in use. */
  used = new Int32Array(ROOM);
  usedSize = 0;

  constructor(readonly width: number) {
    const column = () => new Int32Array(width);
    [this.ranked, this.next, this.hypothesisNext, this.trail] = [column(), column(), column(), column()];
    [this.merit, this.distance] = [new Float64Array(width), new Float64Array(width)];
  }

  clear(usedSize: number): void {
    this.size = 0;
    this.usedSize = usedSize;
    if (this.used.length < usedSize * this.width) this.used = new Int32Array(2 * usedSize * this.width);
  }

  /** Makes room for a way; the worst falls out of a full beam. @returns the slot to fill, or -1 if it is none of the best */
  place(merit: number, distance: number): number {
    const { ranked, width } = this;
    const full = this.size === width;
    if (full && !this.isWorse(ranked[width - 1]!, merit, distance)) return -1;
    const slot = full ? ranked[width - 1]! : this.size++;
    this.merit[slot] = merit;
    this.distance[slot] = distance;
    this.moveUp(slot, this.size - 1);
    return slot;
  }

  /** Ranks the ways anew after their fields have changed; equals stay in their order. */
  rank(): void {
    for (let rank = 1; rank < this.size; rank++) this.moveUp(this.ranked[rank]!, rank);
  }

  /** Ranks a slot before those above a rank that are worse. */
  private moveUp(slot: number, from: number): void {
    const { ranked } = this;
    const merit = this.merit[slot]!;
    const distance = this.distance[slot]!;
    let rank = from;
    for (; rank > 0 && this.isWorse(ranked[rank - 1]!, merit, distance); rank--) ranked[rank] = ranked[rank - 1]!;
    ranked[rank] = slot;
  }

  /** Are all ways of at most this merit worse than the ways of a full beam? */
  isBeyond(merit: number): boolean {
    return this.size === this.width && merit < this.merit[this.ranked[this.width - 1]!]!;
  }

  /** Copies what {@link place} does not set, but for `next` and `hypothesisNext`. */
  copyHistory(slot: number, from: Beam, fromSlot: number): void {
    const { used, usedSize } = this;
    this.trail[slot] = from.trail[fromSlot]!;
    for (let i = 0; i < usedSize; i++) used[slot * usedSize + i] = from.used[fromSlot * usedSize + i]!;
  }

  private isWorse(slot: number, merit: number, distance: number): boolean {
    return this.merit[slot] === merit ? this.distance[slot]! > distance : this.merit[slot]! < merit;
  }
}
