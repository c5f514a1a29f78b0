import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParaphraseBuilder } from './paraphrase-builder.js';
import { decodeParaphrases, encodeParaphrases, FIELDS, ParaphraseTable, Spans } from './paraphrases.js';

const word = fc.constantFrom('a', 'b', 'c', 'Zoë', '\u{1f600}', '\uff5e');
const phrase = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const pairs = fc.array(fc.tuple(phrase, phrase), { minLength: 1, maxLength: 30 });
const text = fc.array(fc.oneof(word, fc.constant('unknown')), { maxLength: 12 });

function build(list: readonly (readonly [string, string])[], piece: number): ParaphraseTable {
  const bytes = new TextEncoder().encode(list.map(([from, to]) => `0.5\n${from}\n${to}\n`).join(''));
  const builder = new ParaphraseBuilder();
  for (let at = 0; at < bytes.length; at += piece) builder.push(bytes.subarray(at, at + piece));
  return new ParaphraseTable(builder.finish()!, '01234567');
}

function spansOf(table: ParaphraseTable, words: readonly string[]): Spans {
  const spans = new Spans();
  table.findSpans(words.map((each) => table.word(each)), spans);
  return spans;
}

/** Start and length of each. */
const places = ({ size, start, length }: Spans) => Array.from({ length: size }, (_, i) => [start[i]!, length[i]!]);

/** Every part of a text that is a phrase of the list, by start, then length. */
function plainSpans(words: readonly string[], phrases: ReadonlySet<string>): { start: number; length: number; text: string }[] {
  const parts = words.flatMap((_, start) => words.slice(start).map((_, i) => ({ start, length: i + 1, text: words.slice(start, start + i + 1).join(' ') })));
  return parts.filter(({ text }) => phrases.has(text));
}

test('phrases and paraphrases in texts are those of the list, in its order, from a table that was written and read', () => {
  fc.assert(
    fc.property(pairs, text, text, fc.integer({ min: 1, max: 40 }), (list, a, b, piece) => {
      const table = decodeParaphrases(encodeParaphrases(build(list, piece)))!;
      const phrases = new Set(list.flat());
      const [plainA, plainB] = [plainSpans(a, phrases), plainSpans(b, phrases)];
      const plainPlaces = (spans: readonly { start: number; length: number }[]) => spans.map(({ start, length }) => [start, length]);
      for (let times = 0; times < 2; times++) {
        const [spansA, spansB] = [spansOf(table, a), spansOf(table, b)];
        const [placesA, placesB] = [places(spansA), places(spansB)];
        expect([placesA, placesB]).toEqual([plainPlaces(plainA), plainPlaces(plainB)]);
        const got: unknown[] = [];
        table.pairs(spansA, spansB, (x, y) => got.push([...placesA[x]!, ...placesB[y]!]));
        const want = plainA.flatMap((x) => list.filter(([from]) => from === x.text).flatMap(([, to]) => plainB.filter((y) => y.text === to).map((y) => [x.start, x.length, y.start, y.length])));
        expect(got).toEqual(want);
      }
    }),
  );
});

test('many phrases outgrow every column', () => {
  const numbers = Array.from({ length: 40_000 }, (_, i) => `n${i}`);
  const table = build(numbers.map((number, i): [string, string] => [`${number} x`, numbers[(i + 1) % numbers.length]!]), 1 << 20);
  expect([table.size, table.arrays.nodes.length / FIELDS - 1]).toEqual([40_000, 1 + 40_000 + 40_000]);
  const spans = (words: readonly string[]) => spansOf(table, words);
  const [phrases, paraphrases] = [spans(numbers.flatMap((number) => [number, 'x'])), spans(numbers)];
  expect([phrases.size, paraphrases.size]).toEqual([80_000, 40_000]);
  let found = 0;
  for (const i of [0, 1, 20_000, 39_998, 39_999]) table.pairs(spans([numbers[i]!, 'x']), spans([numbers[(i + 1) % numbers.length]!]), () => found++);
  expect(found).toBe(5);
});
