/**
 * How many items columns have room for from the start.
 *
 * Most texts need fewer. A column that is replaced costs more than its copy: V8 throws away code that it compiled for the old one.
 */
export const ROOM = 1024;

/** A column twice as long, with the same items. */
export function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
