import { createRng } from '@prefix-tuning/base';
import { jit, onnxRuntime } from '@prefix-tuning/jit';
import { expect, test } from 'vitest';
import { goldenTensors, readGoldens, relativeError, tiny, tinyGpt2 } from '../../test/tiny.js';
import { collate, lossAndGradients, tune, type MethodName } from '../index.js';

const runtime = onnxRuntime();

test.each(['prefix', 'embedding-only', 'adapter', 'lora', 'fine-tune', 'ft-top2'] as MethodName[])('packed rows of %s have the loss and gradients of a row each', async (method) => {
  const [model, { sequences, runs }] = await Promise.all([tinyGpt2(), readGoldens(tiny.gpt2)]);
  const tuning = await tune(method, model, { settings: runs[method]!.settings, rng: createRng(1) });
  const run = jit(lossAndGradients(model, tuning), { runtime });
  const parameters = await goldenTensors(method, 'start', tiny.gpt2);
  const of = async (shared?: { unit?: number }) => {
    const usual = { width: 16, targetShare: 0, ...(shared ? { shared } : {}) };
    const { tensors } = collate([...sequences, ...sequences], { objective: 'example-sum', batchSize: 2 * sequences.length }, usual);
    expect([tensors.packing !== undefined, tensors.packing?.slots !== undefined]).toEqual([shared !== undefined, shared?.unit !== undefined]);
    return run({ parameters, batch: tensors, noise: {} });
  };
  const padded = await of();
  // Tokens that stand in the rows, and tokens that attend there.
  for (const packed of [await of({}), await of({ unit: 4 })]) {
    expect(packed.loss.data[0]! / padded.loss.data[0]!).toBeCloseTo(1, 6);
    for (const [name, { data }] of Object.entries(padded.gradients)) expect(relativeError(packed.gradients[name]!.data, data), name).toBeLessThan(1e-5);
  }
  await run.dispose();
});
