import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { onnxRuntime } from '@prefix-tuning/jit';
import { families } from '@prefix-tuning/model';
import { evaluator, sequenceBatches, toTensors, tune, type HostTensors } from '@prefix-tuning/training';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokenizerJson, trainBpe } from './bpe.js';
import { configJson, modelRecipes, specialTokens, type ModelRecipe } from './models.js';
import { objectives } from './objectives.js';
import { startWeights } from './start.js';
import { writeModel } from './write.js';

const rng = createRng(1);
const fresh = (name: string) => startWeights(modelRecipes[name]!, { out: name, rng });

/** Perplexity on random tokens that stood before; 4,096 by chance. */
async function copying(recipe: ModelRecipe, parameters: HostTensors): Promise<number> {
  const family = families[recipe.family];
  const model = { family, config: family.parseConfig(configJson(recipe), 'config.json'), parameters: toTensors(parameters) };
  const tuning = await tune('fine-tune', model, { rng });
  const batches = sequenceBatches(objectives[recipe.family].copying(rng), { objective: 'token-mean', batchSize: 8, layout: tuning.layout });
  const evaluate = evaluator(model, tuning, { batches, runtime: onnxRuntime({ session: { intraOpNumThreads: 1 } }) });
  const { perplexity } = await evaluate(parameters);
  await evaluate.dispose();
  return perplexity;
}

test.each(['mini-gpt2-first', 'mini-bart'])('%s can copy before it has learnt anything', async (name) => {
  expect(await copying(modelRecipes[name]!, await fresh(name))).toBeLessThan(100);
});

test('a grown model computes what the smaller one does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grow-'));
  try {
    const [small, large] = [modelRecipes['mini-gpt2-medium']!, modelRecipes['mini-gpt2-large']!];
    const parameters = await fresh('mini-gpt2-first');
    const vocabulary = tokenizerJson(trainBpe('', 256), specialTokens.gpt2);
    await writeModel(join(folder, 'mini-gpt2-medium'), { family: 'gpt2', raw: configJson(small), vocabulary, parameters, card: '' });
    const grown = await startWeights(large, { out: join(folder, 'mini-gpt2-large'), rng });
    expect(Object.keys(grown)).toHaveLength(Object.keys(families.gpt2.parameterShapes(families.gpt2.parseConfig(configJson(large), 'config.json'))).length);
    // Half precision on the way.
    expect(await copying(large, grown) / await copying(small, parameters)).toBeCloseTo(1, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
