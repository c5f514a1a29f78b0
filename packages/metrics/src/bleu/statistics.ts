import { increment, NgramIndex } from '../ngrams.js';

/** Chooses the reference length that the brevity penalty sees. */
export type ReferenceLength = (hypothesis: number, references: readonly number[]) => number;

/** The reference length nearest to the hypothesis; of two equally near, the shorter. */
export const closestLength: ReferenceLength = (hypothesis, references) =>
  references.reduce((best, length) => {
    const difference = Math.abs(hypothesis - length) - Math.abs(hypothesis - best);
    return difference < 0 || (difference === 0 && length < best) ? length : best;
  });

/**
 * mteval's choice: the closest, but an empty reference never replaces an earlier one.
 *
 * The first reference counts even when it is empty.
 */
export const closestLengthMteval: ReferenceLength = (hypothesis, references) =>
  closestLength(hypothesis, [references[0]!, ...references.slice(1).filter((length) => length > 0)]);

/**
 * multi-bleu's choice: the closest, empty references included, which is how a short hypothesis escapes its penalty.
 *
 * Its search starts from length and difference 9999, so no difference above that is ever taken.
 */
export const closestLengthMultiBleu: ReferenceLength = (hypothesis, references) => {
  let [difference, best] = [9999, 9999];
  for (const length of references) {
    const distance = Math.abs(hypothesis - length);
    if (distance < difference) [difference, best] = [distance, length];
    else if (distance === difference) best = Math.min(best, length);
  }
  return best;
};

/** Matching and total n-grams of one segment, clipped by the largest count in any reference. */
export function countMatches(hypothesis: readonly string[], references: readonly (readonly string[])[], maxOrder: number) {
  const index = new NgramIndex(maxOrder);
  const own: number[] = [];
  index.add(hypothesis, (id) => increment(own, id));
  const most: number[] = new Array<number>(own.length).fill(0);
  for (const reference of references) {
    const counts: number[] = new Array<number>(own.length).fill(0);
    index.find(reference, (id) => {
      const count = ++counts[id]!;
      if (count > most[id]!) most[id] = count;
    });
  }
  const matches = new Array<number>(maxOrder).fill(0);
  own.forEach((count, id) => (matches[index.orders[id]! - 1]! += Math.min(count, most[id]!)));
  const totals = matches.map((_, n) => Math.max(0, hypothesis.length - n));
  return { matches, totals };
}
