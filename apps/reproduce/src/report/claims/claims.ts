import type { SharedBatch } from '../../run/shared-batch.js';
import type { CellFinding, RunState } from '../findings.js';
import type { Tested } from './common.js';
import { costs, sharing } from './costs.js';
import { initialisation, lowData, prefixLength } from './figures.js';
import { levelWithFineTuning, summarization, unseenTopics, variants } from './tables.js';

/** Claims 1 to 9, in the paper's order. */
const claimTests: readonly Tested[] = [levelWithFineTuning, summarization, lowData, unseenTopics, prefixLength, variants, initialisation, costs, sharing];

/** One test behind a claim. */
export interface ClaimTest {
  readonly what: string;
  /** What was found, as text, such as `+1.2 BLEU (p = 0.03)`. */
  readonly found: string;
  readonly outcome: 'for' | 'against' | 'undecided';
}

export interface Claim {
  readonly number: number;
  readonly text: string;
  /** How it is tested. */
  readonly method: string;
  readonly tests: readonly ClaimTest[];
  readonly verdict: 'holds' | 'holds where tested' | 'does not hold' | 'undecided at this scale' | 'not tested';
}

export interface ClaimContext {
  readonly findings: readonly CellFinding[];
  readonly states: ReadonlyMap<string, RunState>;
  /** Whether outputs of users with different prefixes in one batch equal those alone, if it was tried. */
  readonly sharedBatch?: SharedBatch | undefined;
}

const verdictOf = (tests: readonly ClaimTest[], whole: number): Claim['verdict'] => {
  if (tests.length === 0) return 'not tested';
  if (tests.some(({ outcome }) => outcome === 'against')) return 'does not hold';
  if (tests.some(({ outcome }) => outcome === 'undecided')) return 'undecided at this scale';
  return tests.length < whole ? 'holds where tested' : 'holds';
};

/**
 * The paper's claims, each with its tests. A claim holds if every test is for it, does not hold if one is significantly
 * against it, and is undecided otherwise; since all tests must be for it, p-values need no correction for their number.
 * Where some of its cells were not run, it holds no further than it was tested.
 */
export function claimsOf(context: ClaimContext): Claim[] {
  return claimTests.map(({ text, method, count, testsOf }, i) => {
    const tests = testsOf(context);
    return { number: i + 1, text, method, tests, verdict: verdictOf(tests, count) };
  });
}
