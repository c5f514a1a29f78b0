/** Sets the bits from start to before end, of a set that begins at a place in `bits`. */
export function mark(bits: Int32Array, at: number, start: number, end: number): void {
  for (let i = start; i < end; i++) bits[at + (i >>> 5)]! |= 1 << (i & 31);
}

/** Is any bit from start to before end set? */
export function isMarked(bits: Int32Array, at: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bits[at + (i >>> 5)]! & (1 << (i & 31))) !== 0) return true;
  return false;
}
