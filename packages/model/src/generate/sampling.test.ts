import { createRng } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { goldenJson } from '../../test/golden.js';
import { draw, filterScores, softmax } from './sampling.js';

interface Golden {
  logits: number[][];
  cases: { temperature: number; topK: number; topP: number; probabilities: number[][] }[];
}
const golden = goldenJson<Golden>('sampling');

test.each(golden.cases.map((one) => [`temperature ${one.temperature}, top-k ${one.topK}, top-p ${one.topP}`, one] as const))(
  "%s: the filtered distribution is transformers'",
  (_, { probabilities, ...settings }) => {
    golden.logits.forEach((logits, row) => {
      const scores = Float32Array.from(logits);
      filterScores(scores, { ...settings, seed: 0 });
      softmax(scores).forEach((probability, token) => expect(Math.abs(probability - probabilities[row]![token]!)).toBeLessThan(1e-6));
    });
  },
);

test('tokens are drawn as often as their probabilities say', () => {
  const rng = createRng(3);
  const scores = Float32Array.of(0, -Infinity, Math.log(3));
  const counts = [0, 0, 0];
  for (let i = 0; i < 4000; i++) counts[draw(scores, rng)]!++;
  expect(counts[1]).toBe(0);
  expect(Math.abs(counts[0]! / 4000 - 0.25)).toBeLessThan(0.03);
});
