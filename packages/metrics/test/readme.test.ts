import { expect, test } from 'vitest';
import { bleu, compareSystems, rouge, scoreSuite } from '../src/index.js';

test('the example of the README gives what it says', async () => {
  const references = [['The cat sat on the mat.', 'A cat was sitting on the mat.'], ['It rains in Tokyo today.']];
  const hypotheses = ['The cat sat on a mat.', 'It rains in Tokyo today.'];
  const ours = bleu({ hypotheses, references });
  expect(ours.score.toFixed(2)).toBe('73.24');
  expect(ours.signature).toBe('nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0');
  const theirs = bleu({ hypotheses: ['A cat sat there.', 'It rains today.'], references });
  expect(compareSystems({ baseline: theirs, system: ours }).pValue).toBeLessThan(1);
  expect(rouge({ hypotheses, references, type: 2 }).score).toBeGreaterThan(0.7);
  expect((await scoreSuite('e2e', { hypotheses, references })).columns.length).toBe(5);
});
