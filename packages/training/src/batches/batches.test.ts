import { createRng } from '@prefix-tuning/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketSize, collate, encodePair, encodePrompt, encodeSourceTarget, encodeSourceText, pairEncoder, planRows, sequenceBatches, sourceTarget, tokenBlocks, type TokenSequence } from '../index.js';

const sequence = fc
  .array(fc.integer({ min: 1, max: 90 }), { minLength: 2, maxLength: 40 })
  .chain((ids) => fc.record({ id: fc.string(), ids: fc.constant(ids), from: fc.integer({ min: 1, max: ids.length - 1 }) }));

test('a batch, packed or padded, holds every target once, after the tokens before it, and its weights share the loss out', () => {
  fc.assert(
    fc.property(fc.array(sequence, { minLength: 1, maxLength: 6 }), fc.constantFrom('example-sum' as const, 'token-mean' as const), fc.boolean(), (sequences, objective, packed) => {
      const { tensors, targets, tokens } = collate(sequences, { objective, batchSize: 6, packed });
      const { ids, rows, weights, packing } = tensors;
      const T = ids.shape[1]!;
      expect(tokens).toBe(sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0));
      if (!packing) expect(ids.shape[0]).toBe(6);
      else checkSlots(packing, tokens);
      const expected = sequences.flatMap(({ ids, from }, i) => [...ids.slice(from)].map((target, t) => ({ i, target, at: from + t - 1, before: ids.slice(0, from + t) })));
      expect(targets).toBe(expected.length);
      const weight = Math.fround(1 / (objective === 'token-mean' ? targets : sequences.length));
      expected.forEach(({ i, target, at, before }, n) => {
        const row = rows.data[n]!;
        expect([tensors.targets.data[n], weights.data[n]]).toEqual([target, weight]);
        expect([...ids.data.slice(row - at, row + 1)]).toEqual([...before]);
        if (!packing) return expect(row).toBe(i * T + at);
        const { slots, segments, positions } = packing;
        const [slot, S] = [slots?.places.data[row] ?? row, segments.shape[1]!];
        expect([slots?.tokens.data[slot] ?? row, segments.data[slot], positions.data[row]]).toEqual([row, i, at]);
        expect(Math.floor((slot - at) / S)).toBe(Math.floor(slot / S));
      });
      expect([...weights.data.slice(targets)].every((value) => value === 0)).toBe(true);
    }),
  );
});

/** Every token has a place of its own; empty slots read padding, and padding stands in empty slots. */
function checkSlots({ segments, slots }: NonNullable<ReturnType<typeof collate>['tensors']['packing']>, count: number) {
  const used = Array.from(segments.data).flatMap((segment, slot) => (segment < 0 ? [] : [slot]));
  expect(used).toHaveLength(count);
  if (!slots) return;
  const { tokens, places } = slots;
  expect(new Set(used.map((slot) => tokens.data[slot]))).toEqual(new Set(Array.from({ length: count }, (_, token) => token)));
  const empty = Array.from(segments.data).flatMap((segment, slot) => (segment < 0 ? [slot] : []));
  expect(empty.length).toBeGreaterThan(0);
  for (const slot of empty) expect(tokens.data[slot]).toBeGreaterThanOrEqual(count);
  for (const slot of places.data.slice(count)) expect(empty).toContain(slot);
}

test('rows are shared where that saves padding: no two sequences overlap, and few shapes come of it', () => {
  const shapes = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 20, max: 90 }), { minLength: 10, maxLength: 10 }), (lengths) => {
      const { rows, width, places, shared, tokens } = planRows(lengths, { batchSize: 10, maxTokens: 1024, modelWidth: 768 });
      shapes.add(`${rows} x ${width}, ${tokens}`);
      const taken = new Set(lengths.flatMap((length, i) => Array.from({ length }, (_, t) => places[i]!.row * width + places[i]!.start + t)));
      const total = lengths.reduce((a, b) => a + b);
      expect(taken.size).toBe(total);
      expect(places.every(({ start }, i) => start + lengths[i]! <= width)).toBe(true);
      if (shared) expect(tokens ?? rows * width).toBeLessThanOrEqual(10 * bucketSize(Math.max(...lengths)));
      if (tokens === undefined) return;
      expect(Math.min(tokens, rows * width)).toBeGreaterThan(total);
      expect(tokens).toBeLessThanOrEqual(total + 32);
    }),
    { numRuns: 500 },
  );
  expect(shapes.size).toBeLessThan(100);
  const blocks = planRows(Array.from({ length: 8 }, () => 256), { batchSize: 8, maxTokens: 512, modelWidth: 768 });
  expect(blocks).toMatchObject({ rows: 8, width: 256, shared: false });
  // Moving weighs more in a narrow model, whose sequences stand in the rows.
  const [wide, narrow] = [768, 64].map((modelWidth) => planRows(Array.from({ length: 10 }, (_, i) => 20 + 7 * i), { batchSize: 10, maxTokens: 1024, modelWidth }));
  expect([wide!.shared, wide!.tokens]).toEqual([true, 544]);
  expect([narrow!.shared, narrow!.tokens]).toEqual([true, undefined]);
});

test('batches of one data set have few shapes, but for a sequence that is longer than most', () => {
  const rng = createRng(5);
  const sequenceOf = (length: number, i: number): TokenSequence => ({ id: `s${i}`, ids: Array.from({ length: length + 1 }, () => 1), from: Math.ceil(length / 2) });
  const sequences = Array.from({ length: 1000 }, (_, i) => sequenceOf(i === 500 ? 300 : 20 + rng.integer(70), i));
  const batches = [...sequenceBatches(sequences, { objective: 'example-sum', batchSize: 10 }).epoch(rng)];
  const shapesOf = (shape: (tensors: (typeof batches)[number]['tensors']) => string) => new Set(batches.map(({ tensors }) => shape(tensors))).size;
  expect(shapesOf(({ ids, rows, packing }) => `${packing!.segments.shape.join(' x ')}, ${ids.shape[1]}, ${rows.shape[0]}`)).toBeLessThan(12);
  expect(shapesOf(({ packing }) => packing!.segments.shape.join(' x '))).toBeLessThan(4);
  const share = batches.reduce((sum, { tokens }) => sum + tokens, 0) / batches.reduce((sum, { tensors }) => sum + tensors.ids.shape[1]!, 0);
  expect(share).toBeGreaterThan(0.88);
});

test('whole blocks beside shorter texts have few shapes too', () => {
  const rng = createRng(3);
  const sequences = Array.from({ length: 1200 }, (_, i): TokenSequence => {
    const length = i % 2 ? 384 : 150 + rng.integer(234);
    return { id: `s${i}`, ids: Array.from({ length: length + 1 }, () => 1), from: i % 2 ? 1 : length >> 1 };
  });
  for (const modelWidth of [160, 768]) {
    const batches = [...sequenceBatches(sequences, { objective: 'token-mean', batchSize: 6, maxTokens: 384, modelWidth }).epoch(rng)];
    const shapes = batches.map(({ tensors: { ids, rows, packing } }) => `${packing?.segments.shape.join(' x ')}, ${ids.shape.join(' x ')}, ${rows.shape[0]}`);
    expect(new Set(shapes).size, `width ${modelWidth}`).toBeLessThan(10);
  }
});

test('an example with nothing to predict, and too many examples, are refused', () => {
  const good: TokenSequence = { id: 'a', ids: [1, 2], from: 1 };
  expect(() => collate([{ ...good, from: 2 }], { objective: 'token-mean', batchSize: 1 })).toThrow(/expected a to have a token to predict/);
  expect(() => collate([{ ...good, from: 0 }], { objective: 'token-mean', batchSize: 1 })).toThrow(/a token to predict/);
  expect(() => collate([good, good], { objective: 'token-mean', batchSize: 1 })).toThrow(/expected 1 to 1 sequences, got 2/);
});

test('buckets are few, never too small, and waste at most a fifth beyond 32', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
      const bucket = bucketSize(size);
      expect(bucket).toBeGreaterThanOrEqual(size);
      expect(bucketSize(bucket)).toBe(bucket);
      if (size > 32) expect((bucket - size) / bucket).toBeLessThan(0.2);
    }),
  );
  expect(new Set(Array.from({ length: 512 }, (_, i) => bucketSize(i + 1))).size).toBe(24);
});

test('an epoch holds every example once; the seed decides the order', () => {
  const sequences = Array.from({ length: 10 }, (_, i): TokenSequence => ({ id: `e${i}`, ids: [i, i + 1], from: 1 }));
  const source = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 4 });
  const order = (seed?: number) => [...source.epoch(seed === undefined ? undefined : createRng(seed))].map(({ ids }) => ids);
  expect(order()).toEqual([['e0', 'e1', 'e2', 'e3'], ['e4', 'e5', 'e6', 'e7'], ['e8', 'e9']]);
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
  expect(order(1).flat().sort()).toEqual(sequences.map(({ id }) => id));
  expect(source.batchesPerEpoch).toBe(3);
});

test('an option that is none is refused by name', () => {
  const options = { objective: 'token-mean', batchSize: 1, maxToken: 5 } as const;
  expect(() => sequenceBatches([{ id: 'e', ids: [1, 2], from: 1 }], options)).toThrow('batches: expected fields of objective, batchSize, maxTokens, maxSource, layout, packed, modelWidth, got maxToken.');
});

test.each([
  [{ objective: 'sum' }, 'objective to be example-sum or token-mean, got sum'],
  [{ objective: undefined }, 'objective to be example-sum or token-mean, got undefined'],
  [{ batchSize: 0 }, 'batchSize to be a whole number of at least 1, got 0'],
  [{ maxTokens: NaN }, 'maxTokens to be a whole number of at least 1, got NaN'],
  [{ maxSource: 1.5 }, 'maxSource to be a whole number of at least 1, got 1.5'],
  [{ layout: 'apart' }, 'layout to be joined, split or encoded, got apart'],
  [{ packed: 'no' }, 'packed to be true or false, got no'],
  [{ modelWidth: NaN }, 'modelWidth to be a number of at least 1, got NaN'],
])('an option out of range is refused by name: %j', (more, message) => {
  const options = { objective: 'token-mean', batchSize: 1, ...more } as never;
  const sequences = [{ id: 'e', ids: [1, 2], from: 1 }];
  for (const make of [sequenceBatches, collate]) expect(() => make(sequences, options)).toThrow(`batches: expected ${message}. Correct the option.`);
});

test('sequences that no batch can hold are refused when batches are made, not in the middle of a run', () => {
  const of = (length: number, i: number, from = 2): TokenSequence => ({ id: `s${i}`, ids: Array.from({ length }, () => 1), from });
  const options = { objective: 'token-mean', batchSize: 2, maxTokens: 32 } as const;
  const batches = (sequences: readonly TokenSequence[], more = {}) => sequenceBatches(sequences, { ...options, ...more });
  expect(() => batches([of(20, 0), of(40, 1)])).toThrow('collate: expected sequences of at most 32 tokens, got 39 in s1. Shorten them.');
  expect(() => batches(Array.from({ length: 13 }, (_, i) => of(40, i)))).toThrow('in s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 3 more. Shorten them.');
  expect(() => batches([of(20, 0), of(20, 1, 20)])).toThrow('collate: expected s1 to have a token to predict after the first, got 20 tokens with targets from 20.');
  expect(() => batches([of(20, 0, 4.5)])).toThrow('got 20 tokens with targets from 4.5.');
  for (const wrong of [-100, 1.5, NaN, undefined]) {
    const ids = [1, 1, wrong as number, 1];
    expect(() => batches([of(20, 0), { id: 'bad', ids, from: 2 }])).toThrow(`batches: expected token ids of bad to be whole numbers of at least 0, got ${wrong} at 2.`);
  }
  expect(() => batches(undefined as never)).toThrow('batches: expected a list of sequences, got undefined.');
  expect(() => batches([pair as never])).toThrow('batches: expected encoded sequences, got x#0 without ids. Encode pairs with pairEncoder(model).pair.');
  expect(() => batches([of(60, 0, 30)], { layout: 'encoded', maxSource: 28 })).toThrow('collate: expected sources of at most 28 tokens, got 29 in s0.');
  expect(batches([of(60, 0, 30)], { layout: 'encoded' }).batchesPerEpoch).toBe(1);
});

test('blocks cover a text: each token but the first is predicted once', () => {
  const tokens = Int32Array.from({ length: 23 }, (_, i) => i);
  const blocks = tokenBlocks(tokens, 5);
  expect(blocks.flatMap(({ ids, from }) => [...ids.slice(from)])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(blocks.every(({ ids }) => ids.length === 6)).toBe(true);
  expect(tokenBlocks([1, 2, 3], 3)).toEqual([]);
  for (const length of [0, -1, 1.5]) expect(() => tokenBlocks([1, 2, 3], length)).toThrow(`tokenBlocks: expected length to be a whole number of at least 1, got ${length}.`);
});

const letters = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)), idOf: (token: string) => ({ '<|endoftext|>': 0, '[B]': 1, '[E]': 2 })[token], tokenOf: (id: number) => ['<|endoftext|>', '[B]', '[E]'][id] };
const pair = { id: 'x#0', source: 'ab', target: 'cd' };

test('a pair is a space, the source, a space, begin, a space, the target, a space, end', () => {
  const { ids, from, id } = encodePair(pair, letters, { begin: '[B]' });
  expect([ids, from, id]).toEqual([[...letters.encode(' ab '), 1, ...letters.encode(' cd '), 0], 5, 'x#0']);
  expect(encodePrompt('ab', letters, { begin: '[B]' })).toEqual([...ids].slice(0, from));
});

test('a pair without a source or a target is refused, not encoded as the word undefined', () => {
  expect(() => encodePair({ id: 'x#0', source: 'ab' } as never, letters)).toThrow('encode: expected text as the target of x#0, got undefined. Pass a string.');
  expect(() => encodePrompt(pair as never, letters)).toThrow('encode: expected text as a source, got object. Pass a string.');
});

test('a pair that is too long is cut only when asked, and never down to no target', () => {
  expect(() => encodePair(pair, letters, { maxLength: 8 })).toThrow(/expected x#0 to have at most 8 tokens, got 10, 5 of them before the target/);
  expect(encodePair(pair, letters, { maxLength: 8, tooLong: 'truncate' }).ids).toEqual([...letters.encode(' ab '), 0, ...letters.encode(' cd')].slice(0, 8));
  expect(() => encodePair(pair, letters, { maxLength: 5, tooLong: 'truncate' })).toThrow(/at most 5 tokens/);
  expect(() => encodePair(pair, letters, { end: '</s>' })).toThrow(/<\/s> in the vocabulary/);
});

test('a batch is padded no further than the model has positions, and a longer sequence is refused', () => {
  const long: TokenSequence = { id: 'long', ids: Array.from({ length: 34 }, (_, i) => i), from: 1 };
  const options = { objective: 'token-mean', batchSize: 1 } as const;
  expect(collate([long], options).tensors.ids.shape).toEqual([1, 40]);
  expect(collate([long], { ...options, maxTokens: 35 }).tensors.ids.shape).toEqual([1, 35]);
  expect(() => collate([long], { ...options, maxTokens: 32 })).toThrow(/at most 32 tokens, got 33 in long/);
});

test('source and target apart: the decoder reads its start token and the target but the last, which is shifted right', () => {
  const pairs = [
    { id: 'a', source: [0, 11, 12, 13, 2], target: [0, 21, 2] },
    { id: 'b', source: [0, 14, 2], target: [0, 22, 23, 24, 2] },
  ];
  const sequences = pairs.map((pair) => sourceTarget(pair, 2));
  const { tensors, tokens, targets } = collate(sequences, { objective: 'token-mean', batchSize: 3, layout: 'encoded', maxSource: 5, maxTokens: 6 });
  const rows = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }) =>
    Array.from({ length: shape[0]! }, (_, b) => Array.from(data).slice(b * shape[1]!, (b + 1) * shape[1]!));
  expect(rows(tensors.source!.ids)).toEqual([[0, 11, 12, 13, 2], [0, 14, 2, 0, 0], [0, 0, 0, 0, 0]]);
  expect(rows(tensors.source!.mask)).toEqual([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0]]);
  expect(rows(tensors.ids)).toEqual([[2, 0, 21, 0, 0, 0], [2, 0, 22, 23, 24, 0], [0, 0, 0, 0, 0, 0]]);
  expect([...tensors.targets.data.slice(0, targets)]).toEqual([0, 21, 2, 0, 22, 23, 24, 2]);
  expect([...tensors.rows.data.slice(0, targets)]).toEqual([0, 1, 2, 6, 7, 8, 9, 10]);
  expect([tokens, targets]).toEqual([5 + 3 + 3 + 5, 8]);
  expect(() => collate(sequences, { objective: 'token-mean', batchSize: 2, layout: 'encoded', maxSource: 4 })).toThrow(/expected sources of at most 4 tokens, got 5 in a/);
});

const bart = { tokenizer: letters, generationConfig: { eosTokenIds: [2], bosTokenId: 0, decoderStartTokenId: 2, raw: {} } } as never;

test('an encoder-decoder model reads texts between its own begin and end tokens, cut only when asked', () => {
  const [a, b, c, d] = letters.encode('abcd');
  expect(encodeSourceTarget(pair, bart)).toEqual({ id: 'x#0', ids: [0, a, b, 2, 2, 0, c, d, 2], from: 5 });
  expect(encodeSourceText('abcd', bart, { maxSource: 4, tooLong: 'truncate' })).toEqual([0, a, b, 2]);
  expect(() => encodeSourceText('abcd', bart, { maxSource: 4 })).toThrow(/the source of a text to have at most 4 tokens, got 6/);
  expect(() => encodeSourceTarget(pair, bart, { maxTarget: 3 })).toThrow(/the target of x#0 to have at most 3 tokens, got 4/);
  expect(() => encodeSourceText('ab', { ...(bart as object), generationConfig: { eosTokenIds: [], raw: {} } } as never)).toThrow(/eos_token_id in config\.json/);
});

test('an option of encoding that does not exist is refused by name; a pair encoder takes those of both encodings', () => {
  expect(() => encodePair(pair, letters, { maxlength: 8 } as never)).toThrow('encode options: expected fields of maxLength, tooLong, first, begin, end, got maxlength.');
  expect(() => encodeSourceTarget(pair, bart, { maxLength: 8 } as never)).toThrow('encode options: expected fields of maxSource, maxTarget, tooLong, id, got maxLength.');
  const encoder = (options: object) => pairEncoder({ ...(bart as object), family: { encoder: {} } } as never, options);
  expect(encoder({ maxLength: 2, maxSource: 4, begin: '[B]' }).pair(pair)).toEqual(encodeSourceTarget(pair, bart));
  expect(() => encoder({ maxLenght: 2 })).toThrow(/^pairEncoder: expected fields of maxLength, tooLong, first, begin, end, maxSource, maxTarget, got maxLenght\./);
});

test('a pair encoder encodes as its model reads, and refuses values out of range', () => {
  const apart = pairEncoder({ ...(bart as object), family: { encoder: {} } } as never);
  expect(apart.pair(pair)).toEqual(encodeSourceTarget(pair, bart));
  expect(apart.prompt('ab')).toEqual(encodeSourceText('ab', bart));
  const joined = pairEncoder({ ...(bart as object), family: {} } as never, { begin: '[B]' });
  expect(joined.pair(pair)).toEqual(encodePair(pair, letters, { begin: '[B]', end: '[E]' }));
  expect(joined.prompt('ab')).toEqual(encodePrompt('ab', letters, { begin: '[B]' }));
  const own = (bosTokenId: number | undefined, eosTokenIds: number[], options = {}) =>
    pairEncoder({ tokenizer: letters, generationConfig: { bosTokenId, eosTokenIds }, family: {} } as never, options).pair(pair);
  expect(own(1, [2, 0])).toEqual(encodePair(pair, letters, { begin: '[B]', end: '[E]' }));
  expect(own(undefined, [50256, 2], { end: undefined })).toEqual(encodePair(pair, letters, { begin: '[E]', end: '[E]' }));
  expect(own(undefined, [])).toEqual(encodePair(pair, letters));
  const putsFirst = { ...letters, encode: (text: string, { addSpecialTokens = false } = {}) => [...(addSpecialTokens ? [1] : []), ...letters.encode(text)] };
  const begun = pairEncoder({ tokenizer: putsFirst, generationConfig: { bosTokenId: 1, eosTokenIds: [2] }, family: {} } as never);
  expect(begun.pair(pair)).toEqual(encodePair(pair, letters, { first: '[B]', begin: '[B]', end: '[E]' }));
  expect(begun.prompt('ab')).toEqual([1, ...encodePrompt('ab', letters, { begin: '[B]' })]);
  const of = (options: object) => pairEncoder({ ...(bart as object), family: {} } as never, options);
  expect(() => of({ tooLong: 'cut' })).toThrow('pairEncoder: expected tooLong to be error or truncate, got cut. Correct the option.');
  expect(() => of({ maxTarget: NaN })).toThrow('pairEncoder: expected maxTarget to be a whole number of at least 1, got NaN.');
});
