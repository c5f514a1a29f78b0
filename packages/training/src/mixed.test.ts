import { createRng } from '@prefix-tuning/base';
import { onnxRuntime, toTensor } from '@prefix-tuning/jit';
import { createGenerator, type Model } from '@prefix-tuning/model';
import { batchPrefixes, createPrefix, foldedPast, foldPrefix, rowPasts, type FoldedPrefix } from '@prefix-tuning/prefix';
import { add, concat, ones, range, tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { tinyModel, type TinyName } from '../test/tiny.js';

const lengths = [1, 2, 3, 4, 5, 6, 7, 9];

/** A tiny model, eight prefixes, and 32 rows that each name one of them or none. */
async function setUp(name: TinyName) {
  const model = { ...(await tinyModel(name)), generationConfig: { raw: {}, eosTokenIds: [], decoderStartTokenId: 2 } } as unknown as Model;
  const { layers, keyValueHeads: heads, headSize: headDim } = model.config;
  const make = async (length: number): Promise<[string, FoldedPrefix]> => {
    const spec = { kind: 'direct', layers, heads, headDim, length } as const;
    return [`p${length}`, await foldPrefix(createPrefix(spec, createRng(length), 'normal'), spec)];
  };
  const prefixes = Object.fromEntries(await Promise.all(lengths.map(make)));
  const rng = createRng(3);
  const rows = Array.from({ length: 32 }, () => ({
    name: [...Object.keys(prefixes), null][rng.integer(9)]!,
    ids: Array.from({ length: 2 + rng.integer(5) }, () => rng.integer(61)),
  }));
  expect(new Set(rows.map(({ name }) => name)).size).toBeGreaterThan(7);
  return { model, prefixes, rows };
}

test.each(['gpt2', 'llama', 'bart'] as const)('32 rows with 8 prefixes of different lengths, or none, generate the tokens of one-by-one runs: %s', async (name) => {
  const { model, prefixes, rows } = await setUp(name);
  const generator = createGenerator(model, { runtime: onnxRuntime({ session: { intraOpNumThreads: 1 } }) });
  const pasts = rowPasts(rows.map(({ name }) => name), prefixes);
  const settings = { maxNewTokens: 8, endTokens: [] };
  const site = name === 'bart' ? 'crossPrefix' : 'prefix';
  const together = await generator.generate(rows.map(({ ids }) => ids), { ...settings, [site]: pasts, batchSize: 32 });
  for (const [i, { ids }] of rows.entries()) {
    const [alone] = await generator.generate([ids], { ...settings, ...(pasts[i] ? { [site]: pasts[i] } : {}), batchSize: 1 });
    expect(together[i]![0]!.tokens).toEqual(alone![0]!.tokens);
  }
  await generator.dispose();
  expect(() => rowPasts(['p8'], prefixes)).toThrow(/expected names of p1, .*, p9, got p8/);
});

test.each(['gpt2', 'llama'] as const)('their logits are those of one-by-one runs: %s', async (name) => {
  const { model, prefixes, rows } = await setUp(name);
  const { family, parameters, config } = model;
  const five = rows.map(({ name, ids }) => ({ name, ids: Array.from({ length: 5 }, (_, t) => ids[t % ids.length]!) }));
  const idsOf = (some: typeof five) => toTensor({ dtype: 'int32', shape: [some.length, 5], data: Int32Array.from(some.flatMap(({ ids }) => ids)) });
  const logits = (hidden: Tensor) => family.logits(parameters, hidden).arraySync() as number[][][];
  const batched = tidy(() => {
    const { past, mask, lengths } = batchPrefixes(five.map(({ name }) => name), prefixes);
    const positions = add(tensor2d(lengths.map((length) => [length]), [32, 1], 'int32'), range(0, 5, 1, 'int32'));
    return logits(family.forward(parameters, config, { ids: idsOf(five), past, positions, mask: concat([mask, ones([32, 5])], 1) }).hidden);
  });
  five.forEach((row, b) => {
    const alone = tidy(() => {
      const past = row.name === null ? undefined : foldedPast(prefixes[row.name]!);
      return logits(family.forward(parameters, config, { ids: idsOf([row]), past }).hidden)[0]!;
    });
    const flat = batched[b]!.flat();
    expect(Math.max(...alone.flat().map((value, i) => Math.abs(flat[i]! - value)))).toBeLessThan(1e-4);
  });
}, 300_000);
