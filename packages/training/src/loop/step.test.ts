import { createRng } from '@prefix-tuning/base';
import { eager, jit, onnxRuntime, type Runtime } from '@prefix-tuning/jit';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { goldenTensors, readGoldens, relativeError, tiny, tinyModel, type Goldens, type TinyName } from '../../test/tiny.js';
import { adamw, clipFactor, collate, globalNorm, lossAndGradients, tune, type MethodName } from '../index.js';

const runtimes: Record<string, Runtime> = { 'the cpu backend': eager('cpu'), 'ONNX Runtime': onnxRuntime() };
/** A run's name is its method's, or says first what is special. */
const methodOf = (run: string) => run.replace(/^cross-/, '') as MethodName;
const cases = (Object.keys(tiny) as TinyName[]).flatMap((family) => {
  const { runs } = JSON.parse(readFileSync(`${tiny[family]}/runs.json`, 'utf8')) as Goldens;
  return Object.keys(runs).map((run) => ({ family, run, folder: tiny[family] }));
});

const setUp = async ({ family, run, folder }: (typeof cases)[number]) => {
  const [model, { sequences, runs }, start] = await Promise.all([tinyModel(family), readGoldens(folder), goldenTensors(run, 'start', folder)]);
  const golden = runs[run]!;
  const tuning = await tune(methodOf(run), model, { settings: golden.settings, rng: createRng(1) });
  const batch = (batchSize: number) => collate(sequences, { objective: golden.objective, batchSize, layout: tuning.layout }).tensors;
  return { model, golden, tuning, batch, start };
};

describe.each(Object.entries(runtimes))('on %s', (_, runtime) => {
  test.each(cases)('loss and every gradient of $run on a tiny $family equal PyTorch\'s', async (which) => {
    const { model, golden, tuning, batch, start } = await setUp(which);
    const run = jit(lossAndGradients(model, tuning, { labelSmoothing: golden.labelSmoothing ?? 0 }), { runtime });
    const { loss, gradients } = await run({ parameters: start, batch: batch(4), noise: {} });
    expect(loss.data[0]! / golden.losses[0]!).toBeCloseTo(1, 5);
    const expected = await goldenTensors(which.run, 'gradient', which.folder);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, { data }] of Object.entries(expected)) {
      // A key's bias moves all scores of a query alike: its gradient is zero, here and there, but for rounding.
      if (key.endsWith('k_proj.bias')) expect(Math.hypot(...gradients[key]!.data), key).toBeLessThan(1e-5 * golden.gradientNorms[0]!);
      else expect(relativeError(gradients[key]!.data, data), key).toBeLessThan(1e-4);
    }
    await run.dispose();
  });
});

test.each(cases)('three clipped AdamW steps of $run on a tiny $family end where PyTorch\'s do', async (which) => {
  const { model, golden, tuning, batch, start: parameters } = await setUp(which);
  const { losses, gradientNorms, learningRates, clipNorm, weightDecay, epsilon } = golden;
  const { init, update } = adamw({ weightDecay, epsilon });
  const run = jit(lossAndGradients(model, tuning, { labelSmoothing: golden.labelSmoothing ?? 0 }), { runtime: onnxRuntime() });
  const state = init(parameters);
  for (const [i, learningRate] of learningRates.entries()) {
    const { loss, gradients } = await run({ parameters, batch: batch(3), noise: {} });
    const norm = globalNorm(gradients);
    expect(loss.data[0]! / losses[i]!).toBeCloseTo(1, 4);
    expect(norm / gradientNorms[i]!).toBeCloseTo(1, 4);
    update(gradients, state, { parameters, step: i + 1, learningRate, scale: clipFactor(norm, clipNorm) });
  }
  for (const [key, { data }] of Object.entries(await goldenTensors(which.run, 'end', which.folder))) {
    expect(relativeError(parameters[key]!.data, data), key).toBeLessThan(1e-4);
  }
  await run.dispose();
});
