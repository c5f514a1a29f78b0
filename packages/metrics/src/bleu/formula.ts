/** What BLEU is computed from, summed over segments. */
export interface BleuCounts {
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** Clipped n-gram matches, order 1 first. */
  readonly matches: readonly number[];
  readonly totals: readonly number[];
}

export interface BleuValue {
  readonly score: number;
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
}

export type SmoothMethod = 'none' | 'floor' | 'add-k' | 'exp';

/** sacrebleu's smoothing values where the caller gives none (Chen and Cherry 2014, methods 1 to 3). */
export const SMOOTH_DEFAULTS: Readonly<Record<SmoothMethod, number | undefined>> = { none: undefined, floor: 0.1, 'add-k': 1, exp: undefined };

export interface SacrebleuSettings {
  readonly smooth: SmoothMethod;
  readonly smoothValue: number;
  readonly effectiveOrder: boolean;
}

/** BLEU in percent as sacrebleu computes it. */
export function sacrebleuFormula(counts: BleuCounts, { smooth, smoothValue, effectiveOrder }: SacrebleuSettings): BleuValue {
  const { hypothesisLength, referenceLength, matches } = counts;
  const brevityPenalty = penalty(hypothesisLength, referenceLength);
  const precisions = matches.map(() => 0);
  if (matches.every((count) => count === 0)) return { score: 0, precisions, brevityPenalty };
  let order = matches.length;
  let halvings = 1;
  for (let n = 0; n < matches.length; n++) {
    const added = smooth === 'add-k' && n > 0 ? smoothValue : 0;
    const [match, total] = [matches[n]! + added, counts.totals[n]! + added];
    if (total === 0) break;
    if (effectiveOrder) order = n + 1;
    if (match > 0) precisions[n] = (100 * match) / total;
    else if (smooth === 'exp') precisions[n] = 100 / ((halvings *= 2) * total);
    else if (smooth === 'floor') precisions[n] = (100 * smoothValue) / total;
  }
  // sacrebleu's logarithm of zero is a large negative number, so a precision of 0 gives a score of 0.
  const logs = precisions.slice(0, order).map((p) => (p === 0 ? -9999999999 : Math.log(p)));
  return { score: brevityPenalty * Math.exp(sum(logs) / order), precisions, brevityPenalty };
}

/** BLEU as a share as mteval-v13a computes it: zero matches halve from order to order, an order without n-grams counts as 1. */
export function mtevalFormula({ hypothesisLength, referenceLength, matches, totals }: BleuCounts): BleuValue {
  const brevityPenalty = penalty(hypothesisLength, referenceLength);
  let halvings = 1;
  const precisions = matches.map((match, n) => {
    const total = totals[n]!;
    if (total === 0) return 1;
    return match === 0 ? 1 / ((halvings *= 2) * total) : match / total;
  });
  const score = Math.exp(sum(precisions.map(Math.log)) / precisions.length) * brevityPenalty;
  return { score, precisions, brevityPenalty };
}

/**
 * BLEU in percent as multi-bleu.perl computes it: no smoothing.
 *
 * The script fails on a system that says nothing at all; here that scores 0.
 */
export function multiBleuFormula({ hypothesisLength, referenceLength, matches, totals }: BleuCounts): BleuValue {
  const shares = matches.map((match, n) => (totals[n]! > 0 ? match / totals[n]! : 0));
  if (referenceLength === 0 || hypothesisLength === 0) return { score: 0, precisions: shares.map(() => 0), brevityPenalty: 0 };
  const brevityPenalty = penalty(hypothesisLength, referenceLength);
  const score = 100 * brevityPenalty * Math.exp(sum(shares.map(Math.log)) / shares.length);
  return { score, precisions: shares.map((share) => 100 * share), brevityPenalty };
}

/** BLEU as a share as pymteval computes it: nothing is quite zero, and short segments subtract from the totals. */
export function pymtevalFormula({ hypothesisLength, referenceLength, matches, totals }: BleuCounts, smoothing = 0): BleuValue {
  const brevityPenalty = hypothesisLength <= referenceLength ? Math.exp(1 - referenceLength / (hypothesisLength || 1e-5)) : 1;
  const precisions = matches.map((match, n) => Math.max(match + smoothing, 1e-15) / Math.max(totals[n]! + smoothing, 1e-9));
  return { score: brevityPenalty * Math.exp(sum(precisions.map(Math.log)) / precisions.length), precisions, brevityPenalty };
}

/** Papineni et al. 2002: exp(1 - r / c) for a hypothesis shorter than its reference. */
function penalty(hypothesis: number, reference: number): number {
  if (hypothesis === 0) return 0;
  return hypothesis < reference ? Math.exp(1 - reference / hypothesis) : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
