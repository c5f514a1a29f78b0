import { createRng } from '@prefix-tuning/base';
import { eager, toTensor } from '@prefix-tuning/jit';
import type { Generated, GenerateOptions, Model } from '@prefix-tuning/model';
import { argMax, engine, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { goldenTensors, readGoldens, tiny, tinyModel, type TinyName } from '../test/tiny.js';
import { applyTuning, batchLogits, collate, generateTuned, methods, toTensors, tune, type HostTensors, type MethodName, type Tuning } from './index.js';

/** A tiny random model that generation takes. */
async function load(name: TinyName): Promise<Model> {
  return { ...(await tinyModel(name)), generationConfig: { raw: {}, eosTokenIds: [60], decoderStartTokenId: 2 } } as unknown as Model;
}

/** The likeliest next token of one sequence, by the forward pass of training, with no cache. */
function nextToken(model: Model, tuning: Tuning, parameters: HostTensors, { ids, from }: { ids: readonly number[]; from: number }): number {
  const { tensors } = collate([{ id: 'x', ids: [...ids, 0], from }], { objective: 'token-mean', batchSize: 1, layout: tuning.layout });
  return tidy(() => {
    const { source, rows, ids: tokens, targets, weights } = tensors;
    const batch = { ids: toTensor(tokens), rows: toTensor(rows), targets: toTensor(targets), weights: toTensor(weights) };
    const apart = source ? { source: { ids: toTensor(source.ids), mask: toTensor(source.mask) } } : {};
    const best = argMax(batchLogits(model, tuning, toTensors(parameters), { ...batch, ...apart }), 1).dataSync();
    return best[ids.length - from]!;
  });
}

const cases = [
  ...(Object.keys(methods) as MethodName[]).map((run) => ({ family: 'gpt2' as const, run, method: run })),
  ...(['prefix', 'adapter', 'lora', 'fine-tune', 'ft-top2'] as const).map((run) => ({ family: 'bart' as const, run, method: run })),
  { family: 'bart' as const, run: 'cross-prefix', method: 'prefix' as const },
];

test.each(cases)('a tiny $family tuned by $run generates what its training forward pass finds likeliest', async ({ family, run, method }) => {
  const [model, goldens] = [await load(family), await readGoldens(tiny[family])];
  const tuning = await tune(method, model, { settings: goldens.runs[run]!.settings, rng: createRng(1) });
  const parameters = await goldenTensors(run, 'start', tiny[family]);
  // Of an encoder-decoder model the prompt is the source; its decoder begins with the start token.
  const apart = model.family.encoder ? 1 : 0;
  const prompts = goldens.sequences.map(({ ids, from }) => [...ids].slice(0, from - apart));
  const before = engine().memory().numTensors;
  const found = await generateTuned(model, prompts, { tuning, parameters, maxNewTokens: 3, endTokens: [], runtime: eager('cpu') });
  expect(engine().memory().numTensors).toBe(before);
  for (const [i, prompt] of prompts.entries()) {
    const { tokens } = found[i]![0]!;
    expect(tokens).toHaveLength(3);
    const read = apart ? [...prompt, 2] : prompt;
    tokens.forEach((token, t) => {
      expect(nextToken(model, tuning, parameters, { ids: [...read, ...tokens.slice(0, t)], from: read.length })).toBe(token);
    });
  }
});

test('sources of one length are read in parts, in order, whatever their number', async () => {
  const model = await load('gpt2');
  const tuning = await tune('infix', model, { rng: createRng(1) });
  const prompts = Array.from({ length: 70 }, (_, i) => [1 + (i % 7), 2, 3 + (i % 3), 0]);
  prompts[5] = [4, 0];
  const generate = (some: number[][], told: Pick<GenerateOptions, 'onToken' | 'onSequences'> = {}) =>
    generateTuned(model, some, { tuning, parameters: tuning.parameters, maxNewTokens: 2, endTokens: [], beams: 1, runtime: eager('cpu'), ...told });
  const tokens: number[][] = prompts.map(() => []);
  const sequences: (readonly Generated[])[] = [];
  const all = await generate(prompts, { onToken: ({ prompt, token }) => void tokens[prompt]!.push(token), onSequences: (event) => void (sequences[event.prompt] = event.sequences) });
  expect(tokens).toEqual(all.map(([best]) => best!.tokens));
  expect(sequences).toEqual(all);
  for (const i of [0, 5, 65, 69]) expect(all[i]![0]!.tokens).toEqual((await generate([prompts[i]!]))[0]![0]!.tokens);
});

test('a method that enters with more than a past keeps its past', async () => {
  const model = await load('gpt2');
  const tuning = await tune('prefix', model, { settings: { kind: 'direct', length: 2 }, rng: createRng(1) });
  const { prefix } = await applyTuning(model, tuning, tuning.parameters);
  const { onlyPast: _, ...more } = tuning;
  expect((await applyTuning(model, more, tuning.parameters)).prefix).toEqual(prefix);
});

test('a tuning or parameters that were left out are an error', async () => {
  const model = await load('gpt2');
  await expect(generateTuned(model, [[1]], { runtime: eager('cpu') } as never)).rejects.toThrow('generation: expected a tuning and its trained parameters, got none.');
});
