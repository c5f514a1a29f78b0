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
