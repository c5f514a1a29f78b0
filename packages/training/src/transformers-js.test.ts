import { createRng } from '@prefix-tuning/base';
import { eager, toHost, toTensor } from '@prefix-tuning/jit';
import { generate, loadModel, type Model } from '@prefix-tuning/model';
import { createPrefix, decoderCache, foldedPast, foldPrefix, type DecoderArray, type DecoderCache, type FoldedPrefix, type PrefixSpec } from '@prefix-tuning/prefix';
import { DynamicCache, env, GPT2LMHeadModel, Tensor } from '@huggingface/transformers';
import { tidy } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldens } from '../test/tiny.js';

/** The tiny GPT-2 of the PEFT goldens, exported by tools/onnx/export_decoder.py. */
const folder = `${goldens}/peft/gpt2/model`;
const vocabulary = 61;
const prompts = [[5, 9, 33], [17, 2, 40]];

let stock: GPT2LMHeadModel;
let model: Model;
let prefixes: Record<'alice' | 'bob', FoldedPrefix>;
beforeAll(async () => {
  env.allowRemoteModels = false;
  stock = (await GPT2LMHeadModel.from_pretrained(folder, { dtype: 'fp32', device: 'cpu', local_files_only: true })) as GPT2LMHeadModel;
  model = await loadModel(folder, { withoutTokenizer: true });
  const make = async (length: number) => {
    const spec: PrefixSpec = { kind: 'direct', layers: 2, heads: 2, headDim: 8, length };
    return foldPrefix(createPrefix(spec, createRng(length), 'normal'), spec);
  };
  prefixes = { alice: await make(5), bob: await make(2) };
});
afterAll(() => stock.dispose());

const ids = new Tensor('int64', BigInt64Array.from(prompts.flat().map(BigInt)), [2, 3]);
const ones = { data: new BigInt64Array(6).fill(1n), dims: [2, 3] };
const mask = ({ data, dims }: DecoderArray<BigInt64Array>) => new Tensor('int64', data, dims);
const cacheOf = ({ entries }: DecoderCache) =>
  new DynamicCache(Object.fromEntries(Object.entries(entries).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)])));
const inputs = (cache: DecoderCache) => ({ attention_mask: mask(cache.attentionMask(ones)), past_key_values: cacheOf(cache) });

/** Our logits of one prompt after one prefix, or none. */
const logitsOf = (prompt: readonly number[], prefix?: FoldedPrefix): number[] =>
  tidy(() => {
    const { family, parameters, config } = model;
    const input = toTensor({ dtype: 'int32', shape: [1, prompt.length], data: Int32Array.from(prompt) });
    return [...family.logits(parameters, family.forward(parameters, config, { ids: input, past: prefix && foldedPast(prefix) }).hidden).dataSync()];
  });

test.each([
  [['alice', 'alice']],
  [['alice', 'bob']],
  [['bob', null]],
] as const)('a stock ONNX decoder in transformers.js gives our logits with prefixes %j', async (names) => {
  const { logits } = await stock.forward({ input_ids: ids, ...inputs(decoderCache(names, prefixes)) });
  expect(logits.dims).toEqual([2, 3, vocabulary]);
  const expected = names.flatMap((name, row) => logitsOf(prompts[row]!, name === null ? undefined : prefixes[name]));
  const differences = expected.map((value, i) => Math.abs(value - (logits.data as Float32Array)[i]!));
  expect(Math.max(...differences)).toBeLessThan(1e-5);
  const without = prompts.flatMap((prompt) => logitsOf(prompt));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - without[i]!)))).toBeGreaterThan(0.1);
});

test('it generates our tokens, and changes the cache it is given, so that each generation needs a new one', async () => {
  const given = inputs(decoderCache(['alice', 'bob'], prefixes));
  const settings = { max_new_tokens: 6, do_sample: false, eos_token_id: null };
  const sequences = (await stock.generate({ inputs: ids, ...given, ...settings } as never)) as Tensor;
  const host = (prefix: FoldedPrefix) => foldedPast(prefix).map(({ key, value }) => ({ key: toHost(key), value: toHost(value) }));
  const ours = await generate(model, prompts, { prefix: [host(prefixes.alice), host(prefixes.bob)], maxNewTokens: 6, endTokens: [], runtime: eager('cpu') });
  const theirs = (sequences.tolist() as bigint[][]).map((row) => row.slice(3).map(Number));
  expect(theirs).toEqual(ours.map(([best]) => best!.tokens));
  expect(given.past_key_values.get_seq_length()).toBeGreaterThan(5);
  const again = (await stock.generate({ inputs: ids, ...inputs(decoderCache(['alice', 'bob'], prefixes)), ...settings } as never)) as Tensor;
  expect(again.tolist()).toEqual(sequences.tolist());
});

test('unknown names are an error', () => {
  expect(() => decoderCache(['alise'], prefixes)).toThrow(/expected names of alice, bob, got alise/);
});
