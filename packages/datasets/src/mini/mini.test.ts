import { expect, test } from 'vitest';
import { miniText } from '../index.js';
import { createWorld } from './world.js';
import { propertyWords } from './property-words.js';

test('the raw text is the same for the same seed, as long as asked, and never in the notation of a dataset', () => {
  const text = miniText({ seed: 1, bytes: 200_000 });
  expect(miniText({ seed: 1, bytes: 200_000 })).toBe(text);
  expect(miniText({ seed: 2, bytes: 2_000 })).not.toBe(text.slice(0, 2_000));
  expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(200_000);
  expect(Buffer.byteLength(text)).toBeLessThan(205_000);
  const documents = text.trimEnd().split('\n');
  expect(new Set(documents).size).toBe(documents.length);
  expect(text).not.toMatch(/\||undefined|\{|\bnull\b| {2}|\.\./);
});

test('every property of the world has words, and every fact a value', () => {
  for (const { facts } of createWorld(3).entities) {
    for (const { subject, property, object } of facts) {
      expect(propertyWords[property], property).toBeDefined();
      expect(subject && object).toBeTruthy();
    }
  }
});
