import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlignmentSearch } from './align.js';
import { MatchTable } from './matches.js';

interface Match {
  readonly stage: number;
  readonly start: number;
  readonly length: number;
  readonly hypothesisStart: number;
  readonly hypothesisLength: number;
}

interface Way {
  readonly score: number;
  readonly chunks: number;
  readonly distance: number;
  readonly next: number;
  readonly hypothesisNext: number;
  readonly taken: readonly Match[];
}

const words = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
const inReference = ({ start, length }: Match) => words(start, length);
const inHypothesis = ({ hypothesisStart, hypothesisLength }: Match) => words(hypothesisStart, hypothesisLength);
const overlap = (a: readonly number[], b: readonly number[]) => a.some((word) => b.includes(word));
const better = (a: Way, b: Way) => b.score - a.score || a.chunks - b.chunks || a.distance - b.distance;

/** A way that takes a match. The run of matches before it ends if it is elsewhere. */
function take(way: Way, match: Match, distance: number): Way {
  const { stage, start, length, hypothesisStart, hypothesisLength } = match;
  return {
    score: way.score + (stage === 0 ? length + hypothesisLength : (length >> 1) + (hypothesisLength >> 1)),
    chunks: way.chunks + (way.hypothesisNext < 0 || way.hypothesisNext === hypothesisStart ? 0 : 1),
    distance,
    next: start + length,
    hypothesisNext: hypothesisStart + hypothesisLength,
    taken: [...way.taken, match],
  };
}

const leave = (way: Way, next: number, distance = way.distance): Way => ({ ...way, chunks: way.chunks + (way.hypothesisNext < 0 ? 0 : 1), distance, next, hypothesisNext: -1 });

/** The search in plain words: all ways as objects, sorted anew at each word. */
function plainSearch(matches: readonly Match[], R: number): readonly Match[] {
  const isCertain = (match: Match) => matches.every((other) => other === match || !(overlap(inReference(match), inReference(other)) || overlap(inHypothesis(match), inHypothesis(other))));
  const certain = matches.filter(isCertain);
  let ways: Way[] = [{ score: 0, chunks: 0, distance: 0, next: 0, hypothesisNext: -1, taken: [] }];
  for (let word = 0; word < R; word++) {
    const here = matches.filter(({ start }) => start === word);
    ways = ways.flatMap((way) => {
      if (way.next > word) return [way];
      const forced = here.find((match) => certain.includes(match));
      if (forced) return [take(way, forced, way.distance)];
      let { distance } = way;
      const taken: Way[] = [];
      for (const match of here.filter((each) => !way.taken.some((other) => overlap(inHypothesis(each), inHypothesis(other))))) {
        taken.push(take(way, match, distance));
        distance += Math.abs(match.start - match.hypothesisStart);
      }
      return [...taken, leave(way, word + 1, distance)];
    });
    ways = ways.sort(better).slice(0, 40);
  }
  return ways.map((way) => leave(way, R)).sort(better)[0]!.taken;
}

function tableOf(matches: readonly Match[], R: number): MatchTable {
  const table = new MatchTable();
  table.first.fill(-1, 0, R);
  matches.forEach((match, i) => {
    for (const field of ['stage', 'start', 'length', 'hypothesisStart', 'hypothesisLength'] as const) table[field][i] = match[field];
    table.next[i] = matches[i + 1]?.start === match.start ? i + 1 : -1;
    if (matches[i - 1]?.start !== match.start) table.first[match.start] = i;
  });
  table.size = matches.length;
  return table;
}

/** Texts of few words, so that most have rivals and ways are often equal; a few words have no match. */
const text = fc.array(fc.nat(7), { minLength: 3, maxLength: 14 });
const phrase = fc.record({ start: fc.nat(10), length: fc.integer({ min: 1, max: 5 }), hypothesisStart: fc.nat(10), hypothesisLength: fc.integer({ min: 1, max: 5 }) });
const pairs = fc.tuple(text, text, fc.array(phrase, { maxLength: 12 }), fc.constantFrom(0, 25));

/** Equal words match exactly, some others as synonyms, and phrases where both texts have room for them; the hypothesis begins at a word of its own. */
function matchesOf(reference: readonly number[], hypothesis: readonly number[], phrases: readonly Omit<Match, 'stage'>[], from: number): Match[] {
  const stageOf = (a: number, b: number) => (a > 5 || b > 5 ? -1 : a === b ? 0 : a + b === 5 ? 2 : -1);
  const single = reference.flatMap((a, start) => hypothesis.map((b, i) => ({ stage: stageOf(a, b), start, length: 1, hypothesisStart: from + i, hypothesisLength: 1 })));
  const fitting = phrases.filter((each) => each.start + each.length <= reference.length && each.hypothesisStart + each.hypothesisLength <= hypothesis.length);
  const matches = [...single.filter(({ stage }) => stage >= 0), ...fitting.map((each) => ({ ...each, hypothesisStart: from + each.hypothesisStart, stage: 3 }))];
  return matches.sort((a, b) => a.start - b.start || a.stage - b.stage);
}

test('the search chooses what plain objects choose, ties and full beams included', () => {
  fc.assert(
    fc.property(pairs, ([reference, hypothesis, phrases, from]) => {
      const matches = matchesOf(reference, hypothesis, phrases, from);
      const search = new AlignmentSearch(tableOf(matches, reference.length));
      const expected = plainSearch(matches, reference.length).map((match) => matches.indexOf(match));
      for (let times = 0; times < 2; times++) {
        search.run(reference.length, from + hypothesis.length);
        expect([...search.chosen.subarray(0, reference.length)].filter((match) => match >= 0)).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});
