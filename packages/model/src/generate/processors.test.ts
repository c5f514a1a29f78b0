import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorsOf, tokensToSee } from './processors.js';
import { topCandidates, type Row } from './search.js';
import type { SearchSettings } from './settings.js';

const plain: SearchSettings = {
  maxNewTokens: 8, minNewTokens: 0, beams: 3, returnSequences: 1, lengthPenalty: 1, earlyStopping: false, forbiddenTokens: [], forbiddenSequences: [],
  repetitionPenalty: 1, noRepeatNgramSize: 0, forcedFirstToken: null, forcedLastToken: null, endTokens: [0], stopStrings: [],
};
const VOCABULARY = 30;
const WIDTH = 6;

const token = fc.integer({ min: 0, max: VOCABULARY - 1 });
/** Close to each other, so that every row gives candidates; with the bases exact in 32-bit arithmetic. */
const scores = fc.uniqueArray(fc.integer({ min: -48, max: 0 }), { minLength: VOCABULARY, maxLength: VOCABULARY }).map((values) => Float32Array.from(values, (n) => n / 16));
const settings = fc.record({
  minNewTokens: fc.integer({ min: 0, max: 8 }),
  endTokens: fc.uniqueArray(token, { maxLength: 2 }),
  forbiddenTokens: fc.uniqueArray(token, { maxLength: 3 }),
  forbiddenSequences: fc.array(fc.array(token, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
  forcedFirstToken: fc.option(token),
  forcedLastToken: fc.option(token),
});

/** The likeliest tokens alone, as a program hands them over. */
function best(all: Float32Array, count: number): Row {
  const tokens = Int32Array.from(all.keys()).sort((a, b) => all[b]! - all[a]!).slice(0, count);
  return { scores: Float32Array.from(tokens, (id) => all[id]!), tokens };
}

describe('processors', () => {
  test('change the likeliest tokens as they change all', () => {
    fc.assert(
      fc.property(fc.array(scores, { minLength: 3, maxLength: 3 }), settings, fc.array(token, { maxLength: 7 }), (rows, given, history) => {
        const wanted = { ...plain, ...given };
        const few = rows.map((row) => best(row, Math.min(VOCABULARY, tokensToSee(wanted, WIDTH)!)));
        const all: Row[] = rows.map((scores) => ({ scores: scores.slice() }));
        for (const row of [...few, ...all]) for (const processor of processorsOf(wanted)) processor.apply(row, { history, newTokens: history.length });
        const chosen = (rows: readonly Row[]) => topCandidates(rows, [0, -0.5, -1], WIDTH).filter(({ score }) => score > -Infinity);
        expect(chosen(few)).toEqual(chosen(all));
      }),
      { numRuns: 500 },
    );
  });

  test('that depend on all scores say so', () => {
    expect(tokensToSee(plain, WIDTH)).toBe(WIDTH);
    expect(tokensToSee({ ...plain, forbiddenTokens: [1, 2], minNewTokens: 1 }, WIDTH)).toBe(WIDTH + 3);
    expect(tokensToSee({ ...plain, repetitionPenalty: 1.2 }, WIDTH)).toBeUndefined();
    expect(tokensToSee({ ...plain, noRepeatNgramSize: 3 }, WIDTH)).toBeUndefined();
  });
});
