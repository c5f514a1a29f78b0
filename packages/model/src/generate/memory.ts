/**
 * Memory for caches, kept from call to call: pages that the system hands out fresh cost ten times what writing them again does, and
 * writes to them are three times as slow if they were read first. Calls may overlap; what one has taken no other gets.
 */
export interface Memory {
  /** `size` zeros, written. */
  take(size: number): Float32Array;
  /** Keeps what a call that has ended took, for calls that follow, in place of what was kept before. */
  keep(taken: readonly Float32Array[]): void;
}

export function createMemory(): Memory {
  let kept: Float32Array[] = [];
  return {
    take: (size) => {
      const at = kept.findIndex(({ length }) => length >= size);
      const [found = new Float32Array(size)] = at < 0 ? [] : kept.splice(at, 1);
      return found.subarray(0, size).fill(0);
    },
    keep: (taken) => (kept = taken.map(({ buffer }) => new Float32Array(buffer)).sort((a, b) => a.length - b.length)),
  };
}
