import { expect, test } from 'vitest';
import { ownTask } from '../recipe/tasks.js';
import { cellColumns, compareCells, scoreOutputs, type CellScore } from './scores.js';

const task = ownTask('own', { title: 'Own', metrics: ['rouge-1'] });
const reference = 'the cat sat on the mat';

/** The first inputs are answered rightly, the others not. */
async function scoreOf({ right, of }: { right: number; of: number }): Promise<CellScore> {
  const examples = Array.from({ length: of }, (_, i) => ({ id: String(i), source: '', targets: [reference], labels: {} }));
  const outputs = examples.map((_, i) => (i < right ? reference : 'a dog ran'));
  const [column] = cellColumns(task, [await scoreOutputs(task, { outputs, examples }, {})]);
  return column as CellScore;
}

test('a difference on few inputs is no proof, however many inputs are equal', async () => {
  const pValue = async (differing: number, of: number) => compareCells(await scoreOf({ right: 0, of }), await scoreOf({ right: differing, of }))!.pValue;
  expect(await pValue(4, 4)).toBe(2 / 16);
  expect(await pValue(4, 40)).toBe(2 / 16);
  expect(await pValue(0, 4)).toBe(1);
  expect(await pValue(20, 20)).toBeLessThan(0.001);
});
