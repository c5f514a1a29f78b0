import type { PreparedText } from './lexicon.js';
import type { ParaphraseTable, Span } from './paraphrases.js';
import { intersect } from './synonyms.js';

/** The stages in METEOR's order; a match's stage is its index. */
export const STAGES = ['exact', 'stem', 'synonym', 'paraphrase'] as const;
const [EXACT, STEM, SYNONYM, PARAPHRASE] = [0, 1, 2, 3];

/** Words of the hypothesis that match words of the reference. */
export interface Match {
  readonly stage: number;
  /** First word and words in the reference. */
  readonly start: number;
  readonly length: number;
  /** First word and words in the hypothesis. */
  readonly hypothesisStart: number;
  readonly hypothesisLength: number;
}

/** All possible matches by the reference word they start at, in the order METEOR finds them: stage by stage. */
export type Matches = readonly (readonly Match[])[];

/**
 * Finds the matches of all stages that the data allows.
 *
 * Equal texts are matched by exact words alone.
 */
export function findMatches(hypothesis: PreparedText, reference: PreparedText, paraphrases?: ParaphraseTable): Matches {
  const matches: Match[][] = Array.from({ length: reference.keys.length }, () => []);
  matchWords(matches, { hypothesis, reference });
  if (paraphrases && !sameKeys(hypothesis.keys, reference.keys)) matchParaphrases(matches, { hypothesis, reference, paraphrases });
  return matches;
}

interface Texts {
  readonly hypothesis: PreparedText;
  readonly reference: PreparedText;
}

/** The stages for single words. */
function matchWords(matches: Match[][], { hypothesis, reference }: Texts): void {
  const same = sameKeys(hypothesis.keys, reference.keys);
  for (let start = 0; start < reference.keys.length; start++) {
    const list = matches[start]!;
    addEqual(list, { stage: EXACT, start, key: reference.keys[start]!, keys: hypothesis.keys });
    if (same) continue;
    addEqual(list, { stage: STEM, start, key: reference.stemKeys[start]!, keys: hypothesis.stemKeys, except: reference.keys[start]!, words: hypothesis.keys });
    addSynonyms(list, { hypothesis, reference, start });
  }
}

const single = (stage: number, start: number, hypothesisStart: number): Match => ({ stage, start, length: 1, hypothesisStart, hypothesisLength: 1 });

/** Words with the same key, but those that are themselves equal to `except`. */
function addEqual(list: Match[], find: { stage: number; start: number; key: number; keys: Int32Array; except?: number; words?: Int32Array }): void {
  const { stage, start, key, keys, except, words } = find;
  for (let i = 0; i < keys.length; i++) if (keys[i] === key && (!words || words[i] !== except)) list.push(single(stage, start, i));
}

function addSynonyms(list: Match[], { hypothesis, reference, start }: Texts & { start: number }): void {
  const bits = reference.synsetBits[start]!;
  if (bits === 0) return;
  const { keys, synsetBits, synsets } = hypothesis;
  for (let i = 0; i < keys.length; i++) {
    if ((synsetBits[i]! & bits) === 0 || keys[i] === reference.keys[start]) continue;
    if (intersect(reference.synsets[start]!, synsets[i]!)) list.push(single(SYNONYM, start, i));
  }
}

/** Phrases of the reference whose paraphrase the hypothesis has, then the other way round. */
function matchParaphrases(matches: Match[][], { hypothesis, reference, paraphrases }: Texts & { paraphrases: ParaphraseTable }): void {
  const pairs = (from: readonly Span[], into: readonly Span[], found: (a: Span, b: Span) => void) =>
    paraphrasePairs(paraphrases, { from, into }, found);
  const add = (inReference: Span, inHypothesis: Span) =>
    matches[inReference.start]!.push({
      stage: PARAPHRASE,
      start: inReference.start,
      length: inReference.length,
      hypothesisStart: inHypothesis.start,
      hypothesisLength: inHypothesis.length,
    });
  pairs(reference.spans, hypothesis.spans, add);
  pairs(hypothesis.spans, reference.spans, (a, b) => add(b, a));
}

// One bit for each phrase of the largest table seen: does the text that is searched have it?
let present = new Uint32Array(0);

/** Calls `found` for each phrase of `from` and each place of its paraphrases in `into`, in the table's order. */
function paraphrasePairs(
  table: ParaphraseTable,
  { from, into }: { from: readonly Span[]; into: readonly Span[] },
  found: (a: Span, b: Span) => void,
): void {
  if (present.length * 32 < table.phraseCount) present = new Uint32Array(Math.ceil(table.phraseCount / 32));
  const places = new Map<number, Span[]>();
  for (const span of into) {
    present[span.phrase >>> 5]! |= 1 << (span.phrase & 31);
    const list = places.get(span.phrase);
    if (list) list.push(span);
    else places.set(span.phrase, [span]);
  }
  const { starts, lists } = table.arrays;
  for (const span of from) {
    const end = starts[span.phrase + 1]!;
    for (let i = starts[span.phrase]!; i < end; i++) {
      const paraphrase = lists[i]!;
      if ((present[paraphrase >>> 5]! & (1 << (paraphrase & 31))) === 0) continue;
      for (const place of places.get(paraphrase)!) found(span, place);
    }
  }
  for (const span of into) present[span.phrase >>> 5] = 0;
}

function sameKeys(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}
