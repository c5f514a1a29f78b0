import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from './errors.js';
import { createRng, restoreRng } from './rng.js';

test('one seed gives one stream, and another seed another', () => {
  const draw = (seed: number | string) => Array.from({ length: 8 }, createRng(seed).uniform);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw('a')).not.toEqual(draw('b'));
});

test('what is neither number nor text is no seed', () => {
  expect(() => createRng(undefined as never)).toThrow(ConfigError);
  expect(() => createRng(undefined as never)).toThrow('createRng: expected a whole number or text as seed, got undefined. Choose one.');
});

test('a fork does not depend on what was drawn before it', () => {
  const used = createRng(7);
  used.uniform();
  expect(used.fork('dropout').uniform()).toBe(createRng(7).fork('dropout').uniform());
  expect(createRng(7).fork('a').uniform()).not.toBe(createRng(7).fork('b').uniform());
});

test('a restored stream goes on where the saved one was', () => {
  const rng = createRng(3);
  rng.uniform();
  const copy = restoreRng(JSON.parse(JSON.stringify(rng.state())));
  expect([copy.uniform(), copy.normal()]).toEqual([rng.uniform(), rng.normal()]);
});

test('the first numbers of small seeds are spread like any others', () => {
  for (const draw of [0, 1, 2]) {
    const numbers = Array.from({ length: 1000 }, (_, seed) => {
      const rng = createRng(seed);
      for (let i = 0; i < draw; i++) rng.uniform();
      return rng.uniform();
    });
    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((x) => Math.floor(x * 10) === tenth).length);
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(140);
  }
});

test('shuffles are permutations and samples hold different items', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const sort = (list: number[]) => [...list].sort((a, b) => a - b);
      expect(sort(createRng(seed).shuffle(items))).toEqual(sort(items));
      const indices = items.map((_, i) => i);
      const sample = createRng(seed).sample(indices, Math.floor(items.length / 2));
      expect(new Set(sample).size).toBe(sample.length);
    }),
  );
  expect(() => createRng(1).sample([1], 2)).toThrow(RangeError);
});

test('uniform and normal have the moments they should', () => {
  const rng = createRng(11);
  const n = 20_000;
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const uniform = Array.from({ length: n }, rng.uniform);
  const normal = Array.from({ length: n }, rng.normal);
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
});
