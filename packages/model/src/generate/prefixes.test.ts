import { createRng } from '@prefix-tuning/base';
import { hostTensor, onnxRuntime, toHost, toTensor, type Hosted } from '@prefix-tuning/jit';
import { logSoftmax, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../../test/golden.js';
import { createGenerator, disposeModel, generate, loadModel, type Generated, type GenerateOptions, type Generator, type Model, type Past, type Prefix } from '../index.js';

type Sites = Pick<GenerateOptions, 'prefix' | 'encoderPrefix' | 'crossPrefix'>;
type Own = { [S in keyof Sites]?: Hosted<Past> };

const prompts = [[3, 4, 5], [9], [100, 101, 102, 103, 104, 105, 106], [7, 8]];
const options: GenerateOptions = { maxNewTokens: 9, beams: 3, returnSequences: 2, endTokens: [101] };
const tokens = (results: readonly (readonly Generated[])[]) => results.map((rows) => rows.map((row) => row.tokens));

describe.each(['gpt2', 'llama', 'bart'])('%s', (name) => {
  const rng = createRng('prefixes');
  const runtime = onnxRuntime({ session: { intraOpNumThreads: 1 } });
  let model: Model;
  let generator: Generator;
  beforeAll(async () => {
    model = await loadModel(fixture(name), { withoutTokenizer: true });
    generator = createGenerator(model, { runtime });
  });
  afterAll(async () => {
    await generator.dispose();
    disposeModel(model);
  });

  /** A past of so many rows and positions; the tiny models have as many layers in the encoder as in the decoder. */
  const randomPast = (rows: number, length: number): Hosted<Past> => {
    const shape = [rows, model.config.keyValueHeads, length, model.config.headSize];
    const draw = () => hostTensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, rng.normal), shape);
    return [0, 1].map(() => ({ key: draw(), value: draw() }));
  };
  const sites = () => (name === 'bart' ? (['prefix', 'encoderPrefix', 'crossPrefix'] as const) : (['prefix'] as const));
  const bySite = <T>(make: (site: number) => T) => Object.fromEntries(sites().map((site, i) => [site, make(i)]));
  const run = (some: number[][], given: Sites, more: GenerateOptions = {}) => generator.generate(some, { ...options, ...given, ...more });

  /** Log-probability of each token of a sequence by one forward pass without a cache, the first token at a position. */
  function logProbabilities(prompt: readonly number[], given: Own, sequence: readonly number[], first: number): number[] {
    const { family, parameters, config, generationConfig } = model;
    const past = (some: Hosted<Past> | undefined): Past | undefined => some?.map(({ key, value }) => ({ key: toTensor(key), value: toTensor(value) }));
    const row = (ids: readonly number[]): Tensor => tensor([[...ids]], [1, ids.length], 'int32');
    return tidy(() => {
      const keyValues = family.encoder?.keyValues(parameters, config, {
        hidden: family.encoder.encode(parameters, config, { ids: row(prompt), past: past(given.encoderPrefix) }),
        past: past(given.crossPrefix),
      });
      const before = keyValues ? [generationConfig.decoderStartTokenId!] : [...prompt];
      const ids = [...before, ...sequence];
      const input = { ids: row(ids), positions: row(ids.map((_, i) => first + i)), past: past(given.prefix), ...(keyValues ? { source: { keyValues } } : {}) };
      const scores = toHost(logSoftmax(family.logits(parameters, family.forward(parameters, config, input).hidden)));
      return sequence.map((token, t) => scores.data[(before.length - 1 + t) * config.vocabulary + token]!);
    });
  }

  test('a prefix of length 0 changes nothing', async () => {
    const plain = await run(prompts, {});
    expect(await run(prompts, bySite(() => randomPast(1, 0)))).toEqual(plain);
    expect(await run(prompts, bySite(() => randomPast(4, 0)))).toEqual(plain);
    expect(await run(prompts, bySite(() => [null, randomPast(1, 0), null, null]))).toEqual(plain);
    for (const site of sites()) expect(await run(prompts, { [site]: randomPast(1, 3) }), site).not.toEqual(plain);
  });

  test('decoding with a cache equals the full forward pass', async () => {
    const own: Own = bySite((i) => randomPast(1, 3 + i));
    const takes: boolean[] = name === 'bart' ? [true, false] : [true];
    for (const prefixPositions of takes) {
      const results = await run(prompts, own, { prefixPositions });
      prompts.forEach((prompt, i) => {
        for (const { tokens: sequence, score } of results[i]!) {
          const expected = logProbabilities(prompt, own, sequence, prefixPositions ? 3 : 0).reduce((a, b) => a + b, 0) / sequence.length;
          expect(Math.abs(score! - expected)).toBeLessThan(1e-4);
        }
      });
      if (name === 'bart' && !prefixPositions) expect(await run(prompts, own)).toEqual(results);
    }
  });

  test('prompts with prefixes of their own, of different lengths or none, equal one-by-one runs', async () => {
    const lengths = [[3, 0, 5, 1], [0, 2, 4, 0], [6, 1, 0, 2]];
    const own = bySite((i) => lengths[i]!.map((length) => (length === 0 ? null : randomPast(1, length))));
    const alone = await Promise.all(
      prompts.map(async (prompt, row) => {
        const ofRow = Object.fromEntries(Object.entries(own).flatMap(([site, pasts]) => (pasts[row] ? [[site, pasts[row]]] : [])));
        return (await run([prompt], ofRow, { batchSize: 1 }))[0]!;
      }),
    );
    for (const batchSize of [1, 3, 8]) {
      const together = await run(prompts, own, { batchSize });
      expect(tokens(together)).toEqual(tokens(alone));
      together.forEach((rows, i) => rows.forEach(({ score }, n) => expect(Math.abs(score! - alone[i]![n]!.score!)).toBeLessThan(1e-4)));
    }
  });

  test('prompts that begin alike after prefixes of their own and after none equal one-by-one runs', async () => {
    const alike = [[3, 4, 5], [3, 4, 5], [3, 4, 5, 6], [3, 4], [3, 4, 5, 6]];
    const own = [2, 0, 3, 0, 0].map((length) => (length === 0 ? null : randomPast(1, length)));
    const together = await run(alike, { prefix: own });
    for (const [i, prompt] of alike.entries()) {
      const [alone] = await run([prompt], own[i] ? { prefix: own[i] } : {});
      expect(tokens(together)[i]).toEqual(tokens([alone!])[0]);
      together[i]!.forEach(({ score }, n) => expect(Math.abs(score! - alone![n]!.score!)).toBeLessThan(1e-4));
    }
  });

  test.skipIf(name === 'bart')('prompts that begin alike for long, after a prefix or none, equal one-by-one runs', async () => {
    const beginning = Array.from({ length: 67 }, (_, i) => 3 + ((i * i) % 90));
    const alike = [[], [5], [6, 7], [6, 8, 9], [5]].map((rest) => [...beginning, ...rest]);
    for (const given of [{}, { prefix: randomPast(1, 3) }]) {
      const compiled: string[] = [];
      const counting = { ...runtime, prepare: (...args: Parameters<typeof runtime.prepare>) => (compiled.push(args[2].name), runtime.prepare(...args)) };
      const together = await generate(model, alike, { ...options, ...given, repetitionPenalty: 1.2, runtime: counting });
      // One for the beginning, one for the rest of all prompts.
      expect(compiled.filter((name) => name === 'read')).toHaveLength(2);
      for (const [i, prompt] of alike.entries()) {
        const [alone] = await run([prompt], given, { repetitionPenalty: 1.2 });
        expect(tokens(together)[i]).toEqual(tokens([alone!])[0]);
        together[i]!.forEach(({ score }, n) => expect(Math.abs(score! - alone![n]!.score!)).toBeLessThan(1e-4));
      }
    }
  });

  test('rows of one past, one row for all, and a list say the same', async () => {
    const past = randomPast(4, 3);
    const { keyValueHeads: H, headSize: D } = model.config;
    const rowOf = (row: number): Hosted<Past> => {
      const take = (data: ArrayLike<number>) => hostTensor(Array.from(data).slice(row * H * 3 * D, (row + 1) * H * 3 * D), [1, H, 3, D]);
      return past.map(({ key, value }) => ({ key: take(key.data), value: take(value.data) }));
    };
    const rows = await run(prompts, bySite(() => past));
    expect(await run(prompts, bySite(() => prompts.map((_, i) => rowOf(i))))).toEqual(rows);
    const shared = await run(prompts, bySite(() => rowOf(2)));
    expect(tokens(shared)[2]).toEqual(tokens(rows)[2]);
    expect(tokens(shared)[0]).not.toEqual(tokens(rows)[0]);
  });

  test('a prompt may fill the positions that its own prefix leaves', async () => {
    const limit = model.config.maxPositions;
    const full = Array.from({ length: limit - (name === 'bart' ? 0 : 12) }, (_, i) => 3 + (i % 90));
    const long = Array.from({ length: limit - (name === 'bart' ? 0 : 8) }, (_, i) => 3 + (i % 80));
    const past = randomPast(1, 4);
    const both = await run([full, long], { prefix: [past, null] }, { maxNewTokens: 8 });
    const [first] = await run([full], { prefix: past }, { maxNewTokens: 8 });
    const [second] = await run([long], {}, { maxNewTokens: 8 });
    expect(tokens(both)).toEqual(tokens([first!, second!]));
  });

  test('prefixes that do not fit are refused by name', async () => {
    const fails = (prefix: Prefix, message: string) => expect(run([[1], [2], [3]], { prefix })).rejects.toThrow(message);
    await fails(randomPast(2, 3), 'prefix: expected 1 row or 3, one per prompt, got 2');
    await fails([null, null], 'prefix: expected 1 row or 3, one per prompt, got 2');
    await fails(randomPast(1, 3).slice(1), 'prefix: expected 2 layers of keys and values');
    await fails([null, randomPast(2, 3), null], 'prefix, prompt 1: expected 2 layers of keys and values [1,');
    const [first, second] = [randomPast(1, 3), randomPast(1, 4)];
    await fails([first[0]!, second[1]!], 'got 2 layers with one of');
    if (name !== 'bart') await expect(run([[1]], { crossPrefix: first })).rejects.toThrow('crossPrefix: expected none for a model without an encoder');
  });
});
