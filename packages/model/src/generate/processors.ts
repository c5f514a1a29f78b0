import type { Row } from './search.js';
import type { SearchSettings } from './settings.js';

/** Changes the scores of a row's next token in place, before one is chosen. */
export interface Processor {
  /**
   * @param row  logits, or log-probabilities in beam search
   * @param context.history  prompt and new tokens so far
   * @param context.newTokens  how many of them are new
   */
  apply(row: Row, context: { readonly history: readonly number[]; readonly newTokens: number }): void;
  /** How many tokens it takes out at most, where it does nothing else. Without it, it must see the scores of all tokens. */
  readonly takesOut?: number;
}

/** The processors that settings ask for, in the order in which Hugging Face's `generate` applies them. */
export function processorsOf(settings: SearchSettings): Processor[] {
  const { repetitionPenalty, noRepeatNgramSize, forbiddenSequences, minNewTokens, forcedFirstToken, forcedLastToken, forbiddenTokens } = settings;
  return [
    repetitionPenalty === 1 ? [] : penaliseRepetition(repetitionPenalty),
    noRepeatNgramSize === 0 ? [] : forbidRepeatedNgrams(noRepeatNgramSize),
    forbiddenSequences.length === 0 ? [] : forbidSequences(forbiddenSequences, settings.endTokens),
    minNewTokens === 0 ? [] : forbidEarlyEnd(minNewTokens, settings.endTokens),
    forcedFirstToken === null ? [] : forceAt(0, forcedFirstToken),
    forcedLastToken === null ? [] : forceAt(settings.maxNewTokens - 1, forcedLastToken),
    forbiddenTokens.length === 0 ? [] : forbid(forbiddenTokens),
  ].flat();
}

/** How many of a row's likeliest tokens a search that chooses among `width` has to see; undefined: all. */
export function tokensToSee(settings: SearchSettings, width: number): number | undefined {
  const takenOut = processorsOf(settings).map(({ takesOut = Infinity }) => takesOut);
  const needed = takenOut.reduce((sum, n) => sum + n, width);
  return Number.isFinite(needed) ? needed : undefined;
}

function takeOut({ scores, tokens }: Row, token: number): void {
  const at = tokens ? tokens.indexOf(token) : token;
  if (at >= 0) scores[at] = -Infinity;
}

const forbid = (tokens: readonly number[]): Processor => ({
  takesOut: tokens.length,
  apply: (row) => tokens.forEach((token) => takeOut(row, token)),
});

const forbidEarlyEnd = (least: number, endTokens: readonly number[]): Processor => ({
  takesOut: endTokens.length,
  apply: (row, { newTokens }) => {
    if (newTokens < least) for (const token of endTokens) takeOut(row, token);
  },
});

const forceAt = (at: number, token: number): Processor => ({
  // All but one, whose score is known.
  takesOut: 0,
  apply: ({ scores, tokens }, { newTokens }) => {
    if (newTokens !== at) return;
    scores.fill(-Infinity);
    tokens?.fill(token, 0, 1);
    scores[tokens ? 0 : token] = 0;
  },
});

/** Keskar et al. 2019 (CTRL), section 4.1 */
const penaliseRepetition = (penalty: number): Processor => ({
  apply: ({ scores }, { history }) => {
    for (const token of new Set(history)) {
      const score = scores[token]!;
      scores[token] = score < 0 ? score * penalty : score / penalty;
    }
  },
});

const forbidRepeatedNgrams = (n: number): Processor => ({
  apply: (row, { history }) => {
    const last = history.length - n + 1;
    if (last < 0) return;
    for (let i = 0; i < last; i++) {
      if (sameRun(history, i, last, n - 1)) takeOut(row, history[i + n - 1]!);
    }
  },
});

/** Lets through an end token alone, and what is longer than the history, as Hugging Face's does. */
const forbidSequences = (sequences: readonly (readonly number[])[], endTokens: readonly number[]): Processor => ({
  takesOut: sequences.length,
  apply: (row, { history }) => {
    for (const sequence of sequences) {
      const begun = sequence.length - 1;
      if (begun === 0 ? endTokens.includes(sequence[0]!) : begun >= history.length) continue;
      const start = history.length - begun;
      if (sequence.slice(0, begun).every((token, i) => token === history[start + i])) takeOut(row, sequence[begun]!);
    }
  },
});

/** Whether `length` items from `a` equal those from `b`. */
function sameRun(items: readonly number[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (items[a + i] !== items[b + i]) return false;
  return true;
}
