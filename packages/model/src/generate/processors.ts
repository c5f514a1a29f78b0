import type { SearchSettings } from './settings.js';

/**
 * Changes the scores of a row's next token in place, before one is chosen.
 *
 * @param scores  logits, or log-probabilities in beam search; [V]
 * @param context.history  prompt and new tokens so far
 * @param context.newTokens  how many of them are new
 */
export type Processor = (scores: Float32Array, context: { readonly history: readonly number[]; readonly newTokens: number }) => void;

/** The processors that settings ask for, in the order in which Hugging Face's `generate` applies them. */
export function processorsOf(settings: SearchSettings): Processor[] {
  const { repetitionPenalty, noRepeatNgramSize, forbiddenSequences, minNewTokens, forcedFirstToken, forcedLastToken, forbiddenTokens } = settings;
  return [
    repetitionPenalty === 1 ? [] : penaliseRepetition(repetitionPenalty),
    noRepeatNgramSize === 0 ? [] : forbidRepeatedNgrams(noRepeatNgramSize),
    forbiddenSequences.length === 0 ? [] : forbidSequences(forbiddenSequences),
    minNewTokens === 0 ? [] : forbidEarlyEnd(minNewTokens, settings.endTokens),
    forcedFirstToken === undefined ? [] : forceAt(0, forcedFirstToken),
    forcedLastToken === undefined ? [] : forceAt(settings.maxNewTokens - 1, forcedLastToken),
    forbiddenTokens.length === 0 ? [] : forbid(forbiddenTokens),
  ].flat();
}

const forbid = (tokens: readonly number[]): Processor => (scores) => {
  for (const token of tokens) scores[token] = -Infinity;
};

const forbidEarlyEnd =
  (least: number, endTokens: readonly number[]): Processor =>
  (scores, { newTokens }) => {
    if (newTokens < least) for (const token of endTokens) scores[token] = -Infinity;
  };

const forceAt =
  (at: number, token: number): Processor =>
  (scores, { newTokens }) => {
    if (newTokens !== at) return;
    scores.fill(-Infinity);
    scores[token] = 0;
  };

/** Keskar et al. 2019 (CTRL), section 4.1 */
const penaliseRepetition =
  (penalty: number): Processor =>
  (scores, { history }) => {
    for (const token of new Set(history)) {
      const score = scores[token]!;
      scores[token] = score < 0 ? score * penalty : score / penalty;
    }
  };

const forbidRepeatedNgrams =
  (n: number): Processor =>
  (scores, { history }) => {
    const last = history.length - n + 1;
    if (last < 0) return;
    for (let i = 0; i < last; i++) {
      if (sameRun(history, i, last, n - 1)) scores[history[i + n - 1]!] = -Infinity;
    }
  };

const forbidSequences =
  (sequences: readonly (readonly number[])[]): Processor =>
  (scores, { history }) => {
    for (const sequence of sequences) {
      const begun = sequence.length - 1;
      const start = history.length - begun;
      if (start >= 0 && sequence.slice(0, begun).every((token, i) => token === history[start + i])) scores[sequence[begun]!] = -Infinity;
    }
  };

/** Whether `length` items from `a` equal those from `b`. */
function sameRun(items: readonly number[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (items[a + i] !== items[b + i]) return false;
  return true;
}
