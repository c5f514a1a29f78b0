/** Numbers tokens, so that comparing two is comparing numbers. */
export function numberTokens(lists: readonly (readonly string[])[]): Int32Array[] {
  const ids = new Map<string, number>();
  const number = (token: string) => {
    let id = ids.get(token);
    if (id === undefined) ids.set(token, (id = ids.size));
    return id;
  };
  return lists.map((tokens) => Int32Array.from(tokens, number));
}

/** Length of the longest common subsequence, in time `a` x `b` and memory `b`. */
export function lcsLength(a: Int32Array, b: Int32Array): number {
  const row = new Int32Array(b.length + 1);
  for (const token of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      if (b[j - 1] === token) row[j] = diagonal + 1;
      else if (row[j - 1]! > above) row[j] = row[j - 1]!;
      diagonal = above;
    }
  }
  return row[b.length]!;
}

/**
 * Marks in `marked` the positions of `reference` on one longest common subsequence with `other`.
 *
 * Of several the one that both ROUGE implementations read out: from the end, towards the start of `reference`
 * unless going towards the start of `other` keeps more.
 */
export function markLcs(reference: Int32Array, other: Int32Array, marked: Uint8Array): void {
  const width = other.length + 1;
  const leftIsLonger = new Uint8Array((reference.length + 1) * width);
  let above = new Int32Array(width);
  for (let i = 1; i <= reference.length; i++) {
    const row = new Int32Array(width);
    for (let j = 1; j < width; j++) {
      if (reference[i - 1] === other[j - 1]) row[j] = above[j - 1]! + 1;
      else if (row[j - 1]! > above[j]!) [row[j], leftIsLonger[i * width + j]] = [row[j - 1]!, 1];
      else row[j] = above[j]!;
    }
    above = row;
  }
  for (let i = reference.length, j = other.length; i > 0 && j > 0; ) {
    if (reference[i - 1] === other[j - 1]) {
      marked[--i] = 1;
      j--;
    } else if (leftIsLonger[i * width + j] === 1) j--;
    else i--;
  }
}
