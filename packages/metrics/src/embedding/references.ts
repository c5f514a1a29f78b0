export const SEVERAL_REFERENCES = ['mean', 'max', 'first'] as const;

/** What several references make of a segment: the mean of their scores, the best, or that of the first reference alone. */
export type SeveralReferences = (typeof SEVERAL_REFERENCES)[number];

/** One score of a segment from its scores against each reference. */
export function combineReferences(how: SeveralReferences): (scores: readonly number[]) => number {
  if (how === 'first') return (scores) => scores[0]!;
  if (how === 'max') return (scores) => Math.max(...scores);
  return (scores) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
