import { createRng } from '@prefix-tuning/base';
import { jit, onnxRuntime, trace, type Graph, type Runtime } from '@prefix-tuning/jit';
import { expect, test } from 'vitest';
import { readGoldens, relativeError, tiny, tinyModel } from '../../test/tiny.js';
import { collate, lossAndGradients, tune } from '../index.js';
import { dropoutNoise } from './dropout.js';

const base = onnxRuntime({ session: { intraOpNumThreads: 1 } });

/** A runtime that shows what it compiles. */
function watched(): { runtime: Runtime; graph(): Graph } {
  let graph: Graph | undefined;
  const prepare: Runtime['prepare'] = (fn, inputs, options) => {
    graph = trace(fn, inputs, options);
    return base.prepare(fn, inputs, options);
  };
  return { runtime: { ...base, prepare }, graph: () => graph! };
}

test.each(['gpt2', 'bart'] as const)("%s: a layer that is computed again drops the same, and only the layers' work is done twice", async (name) => {
  const [tinyOne, { sequences }] = await Promise.all([tinyModel(name), readGoldens(tiny[name])]);
  const model = { ...tinyOne, config: { ...tinyOne.config, dropout: { embedding: 0.1, attention: 0.2, activation: 0.3, residual: 0.1 } } };
  const tuning = await tune('fine-tune', model, { rng: createRng(1) });
  const { tensors: batch } = collate(sequences, { objective: 'token-mean', batchSize: sequences.length, layout: tuning.layout, packed: false });
  const run = async (recompute: boolean) => {
    const { runtime, graph } = watched();
    const results = await jit(lossAndGradients(model, tuning, { recompute }), { runtime })({ parameters: tuning.parameters, batch, noise: dropoutNoise(model, batch, createRng(2)) });
    return { ...results, softmaxes: graph().nodes.filter(({ op }) => op === 'Softmax').length };
  };
  const [kept, again] = [await run(false), await run(true)];
  expect(again.loss.data[0]! / kept.loss.data[0]!).toBeCloseTo(1, 6);
  for (const [key, { data }] of Object.entries(kept.gradients)) expect(relativeError(again.gradients[key]!.data, data), key).toBeLessThan(1e-5);
  // One is the loss's.
  expect(again.softmaxes - 1).toBe(2 * (kept.softmaxes - 1));
});
