import { ROOM } from './room.js';

/** More than the words of any text, and so than its chunks. */
const MOST_CHUNKS = 2 ** 21;

/** After the number of every way. */
const LAST = 2 ** 31 - 1;

/** A higher score is better, and of equal scores fewer chunks. */
export const meritOf = (score: number, chunks: number) => score * MOST_CHUNKS - chunks;

/**
 * The best few ways to align two texts up to one reference word.
 *
 * Better is: a higher score, then fewer chunks, then less distance; of equals the one that came first. Fields stand in
 * columns, so that a search makes no objects: those that rank ways in the order of ranks, the others at the way's slot.
 */
export class Beam {
  size = 0;
  /** By rank: score and chunks in one number: see {@link meritOf}. */
  readonly merit: Float64Array;
  /** By rank. */
  readonly distance: Float64Array;
  /** By rank: the way's slot, or while a beam is filled, the number that it was offered with. */
  readonly slot: Int32Array;
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
    [this.slot, this.next, this.hypothesisNext, this.trail] = [column(), column(), column(), column()];
    [this.merit, this.distance] = [new Float64Array(width), new Float64Array(width)];
  }

  clear(usedSize: number): void {
    this.size = 0;
    this.usedSize = usedSize;
    if (this.used.length < usedSize * this.width) this.used = new Int32Array(2 * usedSize * this.width);
  }

  /** Takes a way in if it is one of the best; the worst falls out of a full beam. Of equals the lower number is better. */
  offer(merit: number, distance: number, number: number): void {
    let free = this.size;
    if (free < this.width) this.size++;
    else if (!this.isWorse(--free, merit, distance, number)) return;
    this.moveUp(free, merit, distance, number, number);
  }

  /** Ranks the ways anew after their merits have changed; equals stay in their order. */
  rank(): void {
    for (let rank = 1; rank < this.size; rank++) this.moveUp(rank, this.merit[rank]!, this.distance[rank]!, this.slot[rank]!, LAST);
  }

  /** Are all ways of at most this merit worse than the ways of a full beam? */
  isBeyond(merit: number): boolean {
    return this.size === this.width && merit < this.merit[this.width - 1]!;
  }

  /** Puts a way at a free rank or above it, before those that are worse. */
  private moveUp(free: number, merit: number, distance: number, slot: number, number: number): void {
    const { merit: merits, distance: distances, slot: slots } = this;
    let rank = free;
    for (; rank > 0 && this.isWorse(rank - 1, merit, distance, number); rank--) {
      merits[rank] = merits[rank - 1]!;
      distances[rank] = distances[rank - 1]!;
      slots[rank] = slots[rank - 1]!;
    }
    merits[rank] = merit;
    distances[rank] = distance;
    slots[rank] = slot;
  }

  private isWorse(rank: number, merit: number, distance: number, number: number): boolean {
    if (this.merit[rank] !== merit) return this.merit[rank]! < merit;
    return this.distance[rank] === distance ? this.slot[rank]! > number : this.distance[rank]! > distance;
  }
}
