import { NgramIndex } from '../ngrams.js';
import { markLcs, numberTokens } from './lcs.js';

/** What precision (hits / hypothesis) and recall (hits / reference) are computed from. */
export interface HitCounts {
  readonly hits: number;
  readonly hypothesis: number;
  readonly reference: number;
}

/** Common n-grams of one order, each counted as often as the rarer side has it. */
export function ngramHits(hypothesis: readonly string[], reference: readonly string[], order: number): HitCounts {
  const index = new NgramIndex(order);
  const left: number[] = [];
  index.add(reference, (id) => (left[id] = (left[id] ?? 0) + 1));
  let hits = 0;
  index.find(hypothesis, (id) => {
    if (index.orders[id] === order && left[id]! > 0) {
      left[id]!--;
      hits++;
    }
  });
  const total = (tokens: readonly string[]) => Math.max(0, tokens.length - order + 1);
  return { hits, hypothesis: total(hypothesis), reference: total(reference) };
}

/**
 * Words of the union of the longest common subsequences of each reference sentence with all hypothesis sentences
 * (Lin 2004, section 3.2), none counted more often than either side has it.
 */
export function unionLcsHits(hypothesis: readonly (readonly string[])[], reference: readonly (readonly string[])[]): HitCounts {
  const numbered = numberTokens([...reference, ...hypothesis]);
  const ours = numbered.slice(reference.length);
  const theirs = numbered.slice(0, reference.length);
  const [oursLeft, theirsLeft] = [countWords(ours), countWords(theirs)];
  let hits = 0;
  for (const sentence of theirs) {
    const marked = new Uint8Array(sentence.length);
    for (const other of ours) markLcs(sentence, other, marked);
    sentence.forEach((word, i) => {
      if (marked[i] === 0 || !((oursLeft.get(word) ?? 0) > 0) || !(theirsLeft.get(word)! > 0)) return;
      hits++;
      oursLeft.set(word, oursLeft.get(word)! - 1);
      theirsLeft.set(word, theirsLeft.get(word)! - 1);
    });
  }
  const total = (sentences: readonly Int32Array[]) => sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  return { hits, hypothesis: total(ours), reference: total(theirs) };
}

function countWords(sentences: readonly Int32Array[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const sentence of sentences) for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
