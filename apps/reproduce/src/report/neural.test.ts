import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tasks } from '../recipe/tasks.js';
import { checkScorers, scoringResources } from './resources.js';
import { cellColumns, scoreOutputs } from './scores.js';

/** The random BERT and BLEURT of the metrics' own tests. */
const models = fileURLToPath(new URL('../../../../packages/metrics/test/goldens/neural/', import.meta.url));
const scorers = { encoder: `${models}tiny-bert`, bleurt: `${models}tiny-bleurt/` };
const examples = [
  { id: '1', source: '', targets: ['The mill is near the river.', 'By the river is a mill.'], labels: {} },
  { id: '2', source: '', targets: ['It serves food.'], labels: {} },
];
const score = async (outputs: readonly string[]) => cellColumns(tasks.dart, [await scoreOutputs(tasks.dart, { outputs, examples }, await scoringResources(scorers))]);

test('the columns of DART that need a model are computed with it, and say which', async () => {
  const [perfect, other] = [await score(examples.map(({ targets }) => targets[0]!)), await score(['The mill is cheap.', 'A river.'])];
  const column = (columns: typeof perfect, name: string) => {
    const found = columns.find((each) => each.column === name)!;
    if ('missing' in found) throw new Error(`${name}: ${found.missing}`);
    return found;
  };
  expect(column(perfect, 'BERTScore').value).toBeCloseTo(1, 5);
  expect(column(perfect, 'MoverScore').value).toBeCloseTo(1, 3);
  for (const name of ['BERTScore', 'MoverScore']) expect(column(other, name).value, name).toBeLessThan(column(perfect, name).value);
  expect(column(perfect, 'BLEURT').value).not.toBe(column(other, 'BLEURT').value);
  expect(column(other, 'BERTScore').signature).toContain('model:tiny-bert|');
  expect(column(other, 'MoverScore').signature).toContain('model:tiny-bert|');
  expect(column(other, 'BLEURT').signature).toContain('model:tiny-bleurt|');
});

test('without models they are left out with the reason; a folder without one is refused before anything is trained', async () => {
  const missing = cellColumns(tasks.dart, [await scoreOutputs(tasks.dart, { outputs: ['a', 'b'], examples }, await scoringResources({}))]).filter((column) => 'missing' in column);
  expect(missing.map(({ column }) => column)).toEqual(['MoverScore', 'BERTScore', 'BLEURT']);
  await expect(checkScorers({ encoder: scorers.bleurt })).rejects.toThrow(/tiny-bleurt\/: expected tokenizer\.json, got no such file\. Export it with the scripts in tools\/onnx/);
  await expect(checkScorers({ bleurt: scorers.encoder })).rejects.toThrow(/expected bleurt\.json/);
  await expect(checkScorers({ meteor: scorers.encoder })).rejects.toThrow(/expected meteor-1\.5\.jar or paraphrase-en\.gz/);
  await checkScorers({ encoder: scorers.encoder, bleurt: scorers.bleurt });
});
