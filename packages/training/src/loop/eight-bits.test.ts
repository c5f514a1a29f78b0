/** Training on a frozen model whose weights are rounded to eight bits, against float32. */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { families } from '@prefix-tuning/model';
import { expect, test } from 'vitest';
import { batchShape, initialise, sequenceBatches, toTensors, train, trainingRuntime, tune, type TrainableModel } from '../index.js';

const family = families.gpt2;
const config = family.parseConfig({ model_type: 'gpt2', n_layer: 2, n_embd: 128, n_head: 4, n_positions: 64, vocab_size: 512 }, 'test');
const model = { family, config, parameters: toTensors(initialise({ family, config }, createRng(1))) } as TrainableModel;
const rng = createRng(2);
const sequences = Array.from({ length: 8 }, (_, i) => ({ id: `${i}`, ids: Array.from({ length: 20 + rng.integer(20) }, () => rng.integer(512)), from: 8 }));

/** Losses of three steps, and the mean of their gradients. */
async function steps(weights: 'packed' | 'int8'): Promise<{ losses: number[]; gradient: number[] }> {
  const tuning = await tune('prefix', model, { settings: { length: 4, networkWidth: 32 }, rng: createRng(3) });
  const batches = sequenceBatches(sequences, { objective: 'token-mean', batchSize: 4, ...batchShape(model, tuning) });
  const losses: number[] = [];
  for await (const event of train({ model, tuning, batches, hyperparameters: { learningRate: 1e-6, steps: 3 }, seed: 1, runtime: await trainingRuntime({ weights }) })) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'end') return { losses, gradient: Object.values(event.state.optimiser.mean).flatMap(({ data }) => Array.from(data)) };
  }
  throw new Error('no end');
}

test('losses and gradients are nearly those of float32', async () => {
  const [exact, rounded] = [await steps('packed'), await steps('int8')];
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const cosine = dot(exact.gradient, rounded.gradient) / Math.sqrt(dot(exact.gradient, exact.gradient) * dot(rounded.gradient, rounded.gradient));
  rounded.losses.forEach((loss, i) => expect(Math.abs(loss / exact.losses[i]! - 1)).toBeLessThan(2e-4));
  expect(cosine).toBeGreaterThan(0.999);
  expect(rounded.losses).not.toEqual(exact.losses);
});
