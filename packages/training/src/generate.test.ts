import { createRng } from '@prefix-tuning/base';
import { eager, toTensor } from '@prefix-tuning/jit';
import type { Model } from '@prefix-tuning/model';
import { argMax, engine, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { goldenTensors, readGoldens, tinyGpt2, type Goldens } from '../test/tiny.js';
import { batchLogits, collate, generateTuned, methods, toTensors, tune, type HostTensors, type MethodName, type Tuning } from './index.js';

let model: Model;
let goldens: Goldens;
beforeAll(async () => {
  model = { ...(await tinyGpt2()), generationConfig: { raw: {}, eosTokenIds: [60] } } as unknown as Model;
  goldens = await readGoldens();
});

/** The likeliest next token of one sequence, by the forward pass of training, with no cache. */
function nextToken(tuning: Tuning, parameters: HostTensors, { ids, from }: { ids: readonly number[]; from: number }): number {
  const { tensors } = collate([{ id: 'x', ids: [...ids, 0], from }], { objective: 'token-mean', batchSize: 1, layout: tuning.layout });
  return tidy(() => {
    const { source, rows, ids: tokens, targets, weights } = tensors;
    const batch = { ids: toTensor(tokens), rows: toTensor(rows), targets: toTensor(targets), weights: toTensor(weights) };
    const split = source ? { source: { ids: toTensor(source.ids), mask: toTensor(source.mask) } } : {};
    const best = argMax(batchLogits(model, tuning, toTensors(parameters), { ...batch, ...split }), 1).dataSync();
    return best[ids.length - from]!;
  });
}

test.each(Object.keys(methods) as MethodName[])('a model tuned by %s generates what its training forward pass finds likeliest', async (name) => {
  const tuning = await tune(name, model, { settings: goldens.runs[name].settings, rng: createRng(1) });
  const parameters = await goldenTensors(name, 'start');
  const prompts = goldens.sequences.map(({ ids, from }) => [...ids].slice(0, from));
  const before = engine().memory().numTensors;
  const found = await generateTuned(model, prompts, { tuning, parameters, maxNewTokens: 3, endTokens: [], runtime: eager('cpu') });
  expect(engine().memory().numTensors).toBe(before);
  for (const [i, prompt] of prompts.entries()) {
    const { tokens } = found[i]![0]!;
    expect(tokens).toHaveLength(3);
    tokens.forEach((token, t) => {
      expect(nextToken(tuning, parameters, { ids: [...prompt, ...tokens.slice(0, t)], from: prompt.length })).toBe(token);
    });
  }
});
