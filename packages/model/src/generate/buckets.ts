/** Sizes that programs are compiled for: few, and from 24 to 1024 none wastes more than a quarter of what it computes; then come multiples of 1024. */
const sizes = [8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024];

/** The smallest size of the ladder that holds `n`. */
export function bucket(n: number): number {
  return sizes.find((size) => size >= n) ?? Math.ceil(n / 1024) * 1024;
}

/** The largest size of the ladder that `n` fills, or 0. */
export function bucketBelow(n: number): number {
  return n >= 1024 ? Math.floor(n / 1024) * 1024 : (sizes.findLast((size) => size <= n) ?? 0);
}

/** The smallest of `full`, its half and its quarter that holds `n`. */
export function rowBucket(n: number, full: number): number {
  return [4, 2].map((part) => Math.ceil(full / part)).find((size) => size >= n) ?? full;
}
