import { STAGES, type MatchTable, type Texts } from './matches.js';

/** METEOR 1.5's parameters for English, tuned to rankings (its default task). */
export const PARAMETERS = { alpha: 0.85, beta: 0.2, gamma: 0.6, delta: 0.75 } as const;
/** Weights of exact, stem, synonym and paraphrase matches. */
export const WEIGHTS = [1, 0.6, 0.8, 0.6] as const;

const LENGTHS = ['hypothesisLength', 'referenceLength', 'hypothesisFunctionWords', 'referenceFunctionWords'] as const;
const COUNTS = ['hypothesisContent', 'referenceContent', 'hypothesisFunction', 'referenceFunction'] as const;
const FIRST_COUNT = LENGTHS.length;

/** Names of a segment's statistics for the given stages: lengths, matched words of each kind for each stage, chunks. */
export function statisticNames(stages: readonly string[]): string[] {
  return [...LENGTHS, ...stages.flatMap((stage) => COUNTS.map((count) => `${stage}:${count}`)), 'chunks'];
}

export const createRow = () => new Float64Array(FIRST_COUNT + COUNTS.length * STAGES.length + 1);

/** Counts of one hypothesis against one reference, in the order of {@link statisticNames}, from the match chosen at each reference word. */
export function countStatistics(row: Float64Array, { hypothesis, reference }: Texts, { matches, chosen }: { matches: MatchTable; chosen: Int32Array }): void {
  row.fill(0);
  const R = reference.words.length;
  row[0] = hypothesis.words.length;
  row[1] = R;
  row[2] = hypothesis.functionWords;
  row[3] = reference.functionWords;
  for (let word = 0; word < R; word++) {
    const match = chosen[word]!;
    if (match < 0) continue;
    const at = FIRST_COUNT + COUNTS.length * matches.stage[match]!;
    const hypothesisStart = matches.hypothesisStart[match]!;
    for (let i = 0; i < matches.hypothesisLength[match]!; i++) row[at + (hypothesis.words[hypothesisStart + i]!.isFunctionWord ? 2 : 0)]!++;
    for (let i = 0; i < matches.length[match]!; i++) row[at + (reference.words[word + i]!.isFunctionWord ? 3 : 1)]!++;
  }
  const chunks = countChunks(matches, chosen, R);
  // A text in one chunk, wholly matched, has no fragmentation; METEOR's sums leave its chunk out.
  row[row.length - 1] = chunks === 1 && isWhollyMatched(row) ? 0 : chunks;
}

/** Runs of chosen matches that are next to each other in both texts, of R reference words. */
function countChunks({ start, length, hypothesisStart, hypothesisLength }: MatchTable, chosen: Int32Array, R: number): number {
  let chunks = 0;
  let [next, hypothesisNext] = [0, -1];
  for (let word = 0; word < R; word++) {
    const match = chosen[word]!;
    if (match < 0) continue;
    if (start[match] !== next || hypothesisStart[match] !== hypothesisNext) chunks++;
    [next, hypothesisNext] = [start[match]! + length[match]!, hypothesisStart[match]! + hypothesisLength[match]!];
  }
  return chunks;
}

function isWhollyMatched(row: Float64Array): boolean {
  return matched(row, 0) === row[0] && matched(row, 1) === row[1];
}

/** Matched words of the hypothesis (side 0) or the reference (side 1). */
function matched(row: Float64Array, side: 0 | 1): number {
  let words = 0;
  for (let at = FIRST_COUNT; at < row.length - 1; at += COUNTS.length) words += row[at + side]! + row[at + 2 + side]!;
  return words;
}

/** What a METEOR score is made of. */
export interface MeteorValue {
  readonly score: number;
  readonly precision: number;
  readonly recall: number;
  /** 1 / ((1 - alpha) / precision + alpha / recall) */
  readonly fMean: number;
  /** gamma (chunks / matched words)^beta */
  readonly fragmentationPenalty: number;
}

/**
 * METEOR of (sums of) statistics: fMean (1 - penalty), with matches weighted by stage and by content or function word.
 *
 * @returns zeros where something is divided by nothing
 * @see Denkowski and Lavie 2014, "Meteor Universal", section 2
 */
export function meteorValue(row: Float64Array): MeteorValue {
  const { alpha, beta, gamma } = PARAMETERS;
  const precision = weightedMatches(row, 0) / weightedLength(row[0]!, row[2]!);
  const recall = weightedMatches(row, 1) / weightedLength(row[1]!, row[3]!);
  const fMean = 1 / ((1 - alpha) / precision + alpha / recall);
  const fragmentation = row.at(-1)! / ((matched(row, 0) + matched(row, 1)) / 2);
  const fragmentationPenalty = gamma * fragmentation ** beta;
  const score = Math.max(fMean * (1 - fragmentationPenalty), 0);
  return {
    score: orZero(score),
    precision: orZero(precision),
    recall: orZero(recall),
    fMean: orZero(fMean),
    fragmentationPenalty: orZero(fragmentationPenalty),
  };
}

const orZero = (value: number) => (Number.isNaN(value) ? 0 : value);

function weightedLength(words: number, functionWords: number): number {
  const { delta } = PARAMETERS;
  return delta * (words - functionWords) + (1 - delta) * functionWords;
}

function weightedMatches(row: Float64Array, side: 0 | 1): number {
  const { delta } = PARAMETERS;
  return weightedSum(row, side, delta) + weightedSum(row, 2 + side, 1 - delta);
}

function weightedSum(row: Float64Array, offset: number, share: number): number {
  let total = 0;
  for (let at = FIRST_COUNT, stage = 0; at < row.length - 1; at += COUNTS.length, stage++) total += row[at + offset]! * WEIGHTS[stage]! * share;
  return total;
}
