import { createRng } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { bartNoise, denoisingSource } from './denoise.js';

const MASK = -1;
const options = { ...bartNoise, mask: MASK };
const sentences = Array.from({ length: 40 }, (_, s) => Array.from({ length: 5 + (s % 9) }, (_, t) => 100 * s + t));
const source = denoisingSource(createRng(1), sentences, options);

test('three tokens of ten are hidden, behind spans of about three', () => {
  const all = sentences.flat().length;
  const kept = source.filter((id) => id !== MASK).length;
  expect(all - kept).toBe(Math.round(0.3 * all));
  expect((all - kept) / (source.length - kept)).toBeGreaterThan(2);
  expect((all - kept) / (source.length - kept)).toBeLessThan(4);
});

test('what is left stands in its sentence in order, sentences in another order', () => {
  const kept = source.filter((id) => id !== MASK);
  const order = [...new Set(kept.map((id) => Math.floor(id / 100)))];
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  for (const sentence of order) {
    const own = kept.filter((id) => Math.floor(id / 100) === sentence);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  expect(new Set(kept).size).toBe(kept.length);
});

test('the same stream gives the same noise; no noise leaves the tokens', () => {
  expect(denoisingSource(createRng(1), sentences, options)).toEqual(source);
  expect([...denoisingSource(createRng(1), sentences, { ...options, share: 0 })].sort((a, b) => a - b)).toEqual(sentences.flat());
});
