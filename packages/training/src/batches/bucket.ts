/**
 * The next larger of few sizes, so that batches share compiled programs: multiples of 4 up to 32, then four sizes in
 * each doubling (40, 48, 56, 64, 80, ...), which pads by less than a fifth.
 */
export function bucketSize(size: number): number {
  let unit = 4;
  while (unit * 8 < size) unit *= 2;
  return Math.ceil(size / unit) * unit;
}
