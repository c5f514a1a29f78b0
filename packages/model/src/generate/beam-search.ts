import type { Ending } from './ending.js';
import { processorsOf } from './processors.js';
import { topCandidates, type Candidate, type Search } from './search.js';
import type { SearchSettings } from './settings.js';

interface Beam {
  readonly tokens: readonly number[];
  readonly score: number;
}

interface Hypothesis extends Beam {
  readonly finished: boolean;
}

/** Stands for minus infinity without turning sums into NaN; the reference's own number, in 32-bit arithmetic. */
const never = -1e9;
const f = Math.fround;

/**
 * Beam search for one prompt, choice for choice that of Hugging Face's `generate` (transformers 5).
 *
 * A sequence that ends is kept with score / length^penalty; running ones go on, `beams` of them, chosen from
 * (1 + end tokens) x beams candidates so that enough are left when some end.
 *
 * @param prompt  tokens before the new ones, for processors that look back
 * @param ends  tells whole sequences
 */
export function beamSearch(prompt: readonly number[], settings: SearchSettings, ends: Ending): Search {
  const { beams: K, maxNewTokens } = settings;
  const processors = processorsOf(settings);
  let running: Beam[] = Array.from({ length: K }, (_, i) => ({ tokens: [], score: i === 0 ? 0 : never }));
  let kept: Hypothesis[] = Array.from({ length: K }, () => ({ tokens: [], score: never, finished: false }));
  let improvable = true;

  const advance: Search['advance'] = (given) => {
    const rows = given.length === K ? given : running.map(() => ({ scores: given[0]!.scores.slice(), tokens: given[0]!.tokens?.slice() }));
    rows.forEach((row, i) => {
      const { tokens } = running[i]!;
      for (const processor of processors) processor.apply(row, { history: [...prompt, ...tokens], newTokens: tokens.length });
    });
    const candidates = topCandidates(rows, running.map(({ score }) => score), candidateCount(settings));
    const length = running[0]!.tokens.length + 1;
    const extend = ({ parent, token }: Candidate) => [...running[parent]!.tokens, token];
    const ended = new Set(candidates.filter((candidate) => ends(extend(candidate))));

    const open = bestOf(candidates.map((candidate) => ({ candidate, score: f(candidate.score + (ended.has(candidate) ? never : 0)) })), K);
    const closed = candidates.map((candidate, rank) => {
      const finished = rank < K && ended.has(candidate);
      return { candidate, finished, score: finalScore(candidate.score, length, finished) };
    });
    const merged = [...kept, ...closed.filter(({ finished }) => finished).map(({ candidate, ...rest }) => ({ ...rest, tokens: extend(candidate) }))];
    running = open.map(({ candidate, score }) => ({ tokens: extend(candidate), score }));
    kept = bestOf(merged, K);
    improvable &&= canImprove(length);
    const full = kept.every(({ finished }) => finished) && settings.earlyStopping === true;
    if (!improvable || full || ended.size === candidates.length) return undefined;
    return open.map(({ candidate: { token, parent } }) => ({ token, parent }));
  };

  /** Nothing joins once the beams are full (with early stopping), or once no improvement is expected. */
  const finalScore = (score: number, length: number, finished: boolean): number => {
    const full = kept.every((hypothesis) => hypothesis.finished) && settings.earlyStopping === true;
    const penalties = [full, !improvable, !finished].filter(Boolean).length;
    let result = f(score / f(length ** settings.lengthPenalty));
    for (let i = 0; i < penalties; i++) result = f(result + never);
    return result;
  };

  /** Whether the best running beam may still beat the worst kept one: a heuristic unless earlyStopping is 'never'. */
  const canImprove = (length: number): boolean => {
    const reach = settings.earlyStopping === 'never' && settings.lengthPenalty > 0 ? maxNewTokens : length;
    const best = f(running[0]!.score / f(reach ** settings.lengthPenalty));
    const worst = Math.min(...kept.map(({ score }) => score));
    return kept.some(({ finished }) => best > (finished ? worst : never));
  };

  const results = () => kept.slice(0, settings.returnSequences).map(({ tokens, score }) => ({ tokens, score }));
  return { width: K, advance, results };
}

/** How many candidates a step is chosen from: enough are left if each end token ends some. */
export const candidateCount = ({ beams, endTokens }: SearchSettings): number => Math.max(2, 1 + endTokens.length) * beams;

/** The highest scores first; equal ones keep their order. */
const bestOf = <T extends { readonly score: number }>(items: readonly T[], count: number): T[] =>
  [...items].sort((a, b) => b.score - a.score).slice(0, count);
