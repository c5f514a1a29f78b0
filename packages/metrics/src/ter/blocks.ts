import { hasErrors, positionsOf, shiftTo, type Alignment, type Positions, type Shift } from './edits.js';

/** Words a shift may move. */
const MAX_SHIFT_SIZE = 10;
/** Words a shift may move over. */
const MAX_SHIFT_DISTANCE = 50;
const NONE: readonly never[] = [];

/**
 * The blocks of a hypothesis that may move, and where to, as tercom 0.7.25 has the rules of the paper: a block equals
 * words of the reference, there are errors in both, and it is not aligned with them already.
 *
 * One object serves many pairs, because a corpus has thousands and each of them several rounds.
 *
 * @see Snover et al. 2006, "A study of translation edit rate with targeted human annotation", section 3
 */
export class MovableBlocks {
  /** Words of the longest block. */
  longest = 0;
  private reference: Int32Array = new Int32Array(0);
  private words: Int32Array = new Int32Array(0);
  private positions!: Positions;
  /** Where each word stands first in the reference and, for each place, where its word stands next; or -1. */
  private firstPlace = new Int32Array(0);
  private nextPlace = new Int32Array(0);
  /** For each word the longest block that begins with it and may move. */
  private sizes = new Uint8Array(0);

  setReference(reference: Int32Array, vocabulary: number): void {
    this.reference = reference;
    if (this.firstPlace.length < vocabulary) this.firstPlace = new Int32Array(2 * vocabulary);
    if (this.nextPlace.length < reference.length) this.nextPlace = new Int32Array(2 * reference.length);
    this.firstPlace.fill(-1, 0, vocabulary);
    for (let place = reference.length - 1; place >= 0; place--) {
      this.nextPlace[place] = this.firstPlace[reference[place]!]!;
      this.firstPlace[reference[place]!] = place;
    }
  }

  setHypothesis(words: Int32Array, { steps }: Alignment): void {
    this.words = words;
    this.positions = positionsOf(steps, words.length, this.reference.length);
    if (this.sizes.length < words.length) this.sizes = new Uint8Array(2 * words.length);
    this.longest = 0;
    for (let start = 0; start < words.length; start++) {
      const size = this.longestAt(start);
      this.sizes[start] = size;
      if (size > this.longest) this.longest = size;
    }
  }

  /** All shifts of one block: by the place in the reference that it equals, then by where it lands. */
  shifts(start: number, size: number): readonly Shift[] {
    const { hypothesisErrors, referenceErrors, alignedTo } = this.positions;
    if (size > this.sizes[start]! || !hasErrors(hypothesisErrors, start, size)) return NONE;
    const found: Shift[] = [];
    for (let place = this.firstPlace[this.words[start]!]!; place >= 0; place = this.nextPlace[place]!) {
      if (!isAway(alignedTo[place]!, start, size) || !this.equals(start, place, size)) continue;
      if (hasErrors(referenceErrors, place, size)) this.addLandings(found, { place, start, size });
    }
    return found;
  }

  /** Blocks grow until they equal no place in the reference, or have errors and equal none that they could move to. */
  private longestAt(start: number): number {
    const { hypothesisErrors } = this.positions;
    const most = Math.min(MAX_SHIFT_SIZE, this.words.length - start);
    if (!this.isNearOneOfItsPlaces(start)) return 0;
    let size = 1;
    while (size <= most && this.mayMove(start, size, hasErrors(hypothesisErrors, start, size))) size++;
    return size - 1;
  }

  private isNearOneOfItsPlaces(start: number): boolean {
    for (let place = this.firstPlace[this.words[start]!]!; place >= 0; place = this.nextPlace[place]!) {
      const aligned = this.positions.alignedTo[place]!;
      if (aligned !== start && aligned - start <= MAX_SHIFT_DISTANCE && start - aligned - 1 <= MAX_SHIFT_DISTANCE) return true;
    }
    return false;
  }

  private mayMove(start: number, size: number, wrong: boolean): boolean {
    const { alignedTo } = this.positions;
    for (let place = this.firstPlace[this.words[start]!]!; place >= 0; place = this.nextPlace[place]!) {
      if ((!wrong || isAway(alignedTo[place]!, start, size)) && this.equals(start, place, size)) return true;
    }
    return false;
  }

  /** Do the words from `start` on equal those of the reference from `place` on? */
  private equals(start: number, place: number, size: number): boolean {
    const { words, reference } = this;
    if (place + size > reference.length) return false;
    // Backwards, because the first word is known to be equal.
    for (let i = size - 1; i > 0; i--) if (words[start + i] !== reference[place + i]) return false;
    return true;
  }

  /** A block lands behind the words aligned with the reference words from one before its place to its last. */
  private addLandings(found: Shift[], { place, start, size }: { place: number; start: number; size: number }): void {
    const { alignedTo } = this.positions;
    for (let offset = -1; offset < size; offset++) {
      const behind = place + offset < 0 ? -1 : alignedTo[place + offset]!;
      const repeated = place + offset >= 0 && offset !== 0 && behind === alignedTo[place];
      if (!repeated && (behind !== start || place + offset < 0)) found.push(this.shiftBehind(behind, start, size));
    }
  }

  private shiftBehind(behind: number, start: number, size: number): Shift {
    const end = start + size - 1;
    let target = behind + 1;
    if (behind > end) target = behind - size + 1;
    // Behind one of its own words: the block moves as far as that word is from its start.
    else if (behind >= start) target = start + Math.min(behind - start, this.words.length - 1 - end);
    return shiftTo(start, size, target);
  }
}

/** Is the place outside the block itself, and near enough? */
function isAway(aligned: number, start: number, size: number): boolean {
  return (aligned < start || aligned >= start + size) && Math.abs(aligned - start) <= MAX_SHIFT_DISTANCE;
}
