import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
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

test('the metric of one’s own runs and prints what it says', async () => {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const [, code] = /## A metric of your own[\s\S]*?```ts\n([\s\S]*?)```/.exec(await readFile(at('../README.md'), 'utf8'))!;
  const file = at(`.readme-example-${process.pid}.ts`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await writeFile(file, code!.replace("'@prefix-tuning/metrics'", "'../src/index.js'"));
    await import(/* @vite-ignore */ file);
    expect(log.mock.calls).toEqual([[0.5, 1]]);
  } finally {
    log.mockRestore();
    await rm(file);
  }
});
