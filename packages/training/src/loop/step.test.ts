import { createRng } from '@prefix-tuning/base';
import { eager, jit, onnxRuntime, type Runtime } from '@prefix-tuning/jit';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenTensors, readGoldens, relativeError, tinyGpt2, type Goldens } from '../../test/tiny.js';
import { adamw, clipFactor, collate, globalNorm, lossAndGradients, methods, tune, type MethodName, type TrainableModel } from '../index.js';

const runtimes: Record<string, () => Runtime> = { 'the cpu backend': () => eager('cpu'), 'ONNX Runtime': () => onnxRuntime() };
const names = Object.keys(methods) as MethodName[];

let model: TrainableModel;
let goldens: Goldens;
beforeAll(async () => {
  [model, goldens] = await Promise.all([tinyGpt2(), readGoldens()]);
});

const start = (method: MethodName) => tune(method, model, { settings: goldens.runs[method].settings, rng: createRng(1) });

describe.each(Object.keys(runtimes))('on %s', (name) => {
  const runtime = runtimes[name]!();

  test.each(names)('loss and every gradient of %s equal PyTorch\'s', async (method) => {
    const { objective, losses } = goldens.runs[method];
    const tuning = await start(method);
    const { tensors } = collate(goldens.sequences, { objective, batchSize: 4, layout: tuning.layout });
    const run = jit(lossAndGradients(model, tuning), { runtime });
    const { loss, gradients } = await run({ parameters: await goldenTensors(method, 'start'), batch: tensors, noise: {} });
    expect(loss.data[0]! / losses[0]!).toBeCloseTo(1, 5);
    const expected = await goldenTensors(method, 'gradient');
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, { data }] of Object.entries(expected)) {
      expect(relativeError(gradients[key]!.data, data), key).toBeLessThan(1e-4);
    }
    await run.dispose();
  });

  test.each(names)('three clipped AdamW steps of %s end where PyTorch\'s do', async (method) => {
    const { objective, losses, gradientNorms, learningRates, clipNorm, weightDecay, epsilon } = goldens.runs[method];
    const tuning = await start(method);
    const { tensors: batch } = collate(goldens.sequences, { objective, batchSize: 3, layout: tuning.layout });
    const { init, update } = adamw({ weightDecay, epsilon });
    const run = jit(lossAndGradients(model, tuning), { runtime });
    const parameters = await goldenTensors(method, 'start');
    const state = init(parameters);
    for (const [i, learningRate] of learningRates.entries()) {
      const { loss, gradients } = await run({ parameters, batch, noise: {} });
      const norm = globalNorm(gradients);
      expect(loss.data[0]! / losses[i]!).toBeCloseTo(1, 4);
      expect(norm / gradientNorms[i]!).toBeCloseTo(1, 4);
      update(gradients, state, { parameters, step: i + 1, learningRate, scale: clipFactor(norm, clipNorm) });
    }
    for (const [key, { data }] of Object.entries(await goldenTensors(method, 'end'))) {
      expect(relativeError(parameters[key]!.data, data), key).toBeLessThan(1e-4);
    }
    await run.dispose();
  });
});
