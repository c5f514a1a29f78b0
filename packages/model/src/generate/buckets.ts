/** Sizes that programs are compiled for: few, and none wastes more than half of what it computes. */
const sizes = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];

/** The smallest size of the ladder that holds `n`. */
export function bucket(n: number): number {
  return sizes.find((size) => size >= n) ?? Math.ceil(n / 1024) * 1024;
}

/** The smallest of `full`, its half and its quarter that holds `n`. */
export function rowBucket(n: number, full: number): number {
  return [4, 2].map((part) => Math.ceil(full / part)).find((size) => size >= n) ?? full;
}
