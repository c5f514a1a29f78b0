/** An n-gram order, the longest common subsequence of the whole text, or of its sentences. */
export type RougeType = number | 'L' | 'Lsum';

export interface Rouge {
  readonly precision: number;
  readonly recall: number;
  readonly fmeasure: number;
}

/** One reference implementation of ROUGE, with its options set. */
export interface RougeStyle {
  readonly segment: (hypothesis: string, references: readonly string[]) => Rouge;
  readonly settings: Readonly<Record<string, string>>;
}

/** Remembers the result for each word: texts repeat theirs. */
export function memoize(compute: (word: string) => string): (word: string) => string {
  const known = new Map<string, string>();
  return (word) => {
    let result = known.get(word);
    if (result === undefined) known.set(word, (result = compute(word)));
    return result;
  };
}
