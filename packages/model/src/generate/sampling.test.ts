import { createRng } from '@prefix-tuning/base';
import { reshape, slice, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture, goldenJson } from '../../test/golden.js';
import { ours } from '../../test/options.js';
import { disposeModel, loadModel, type Model } from '../index.js';
import { draw, filterScores, softmax, type SamplingOptions } from './sampling.js';
import { resolveSettings } from './settings.js';
import { singleSearch } from './single-search.js';

interface Golden {
  logits: number[][];
  cases: { temperature: number; topK: number; topP: number; probabilities: number[][] }[];
  end: number[];
  generated: { settings: Record<string, unknown>; sample: Omit<SamplingOptions, 'seed'>; results: Drawn[] }[];
}
/** What transformers drew, and of each step the tokens that it drew from. */
interface Drawn {
  prompt: number[];
  tokens: number[];
  steps: { tokens: number[]; probabilities: number[] }[];
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

let model: Model;
beforeAll(async () => {
  model = await loadModel(fixture('gpt2'), { withoutTokenizer: true });
});
afterAll(() => disposeModel(model));

/** Scores of the token after these, without a cache. */
const nextScores = (ids: readonly number[]): Float32Array =>
  tidy(() => {
    const { family, parameters, config } = model;
    const { hidden } = family.forward(parameters, config, { ids: tensor([[...ids]], [1, ids.length], 'int32') });
    const logits = family.logits(parameters, reshape(slice(hidden, [0, ids.length - 1, 0], [1, 1, -1]), [1, -1]));
    return Float32Array.from(logits.dataSync());
  });

test.each(golden.generated.map((one) => [JSON.stringify({ ...one.settings, ...one.sample }), one] as const))(
  '%s: every step draws from the distribution that transformers draws from',
  (_, { settings, sample, results }) => {
    for (const { prompt, tokens, steps } of results) {
      let step = 0;
      const choose = (scores: Float32Array): number => {
        filterScores(scores, { ...sample, seed: 0 });
        const probabilities = softmax(scores);
        const expected = steps[step]!;
        expect([...probabilities.keys()].filter((token) => probabilities[token]! > 0)).toEqual(expected.tokens);
        expected.tokens.forEach((token, i) => expect(Math.abs(probabilities[token]! - expected.probabilities[i]!)).toBeLessThan(1e-5));
        return tokens[step++]!;
      };
      const ends = (drawn: readonly number[]) => drawn.length === tokens.length;
      const search = singleSearch(prompt, resolveSettings({ ...ours(settings), endTokens: golden.end }, model), { ends, choose });
      const drawn = () => tokens.slice(0, step);
      while (search.advance([{ scores: nextScores([...prompt, ...drawn()]) }]));
      expect(step).toBe(steps.length);
    }
  },
);
