import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { toTensor } from '@prefix-tuning/jit';
import { batchPrefixes, createPrefix, foldedPast, foldPrefix, type FoldedPrefix, type PrefixSpec } from '@prefix-tuning/prefix';
import { add, concat, ones, range, tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { tinyGpt2 } from '../test/tiny.js';

test('32 rows with 8 prefixes of different lengths, or none, give the tokens and logits of one-by-one runs', async () => {
  const { family, parameters, config } = await tinyGpt2();
  const make = (length: number): Promise<FoldedPrefix> => {
    const spec: PrefixSpec = { kind: 'direct', layers: 2, heads: 4, headDim: 8, length };
    return foldPrefix(createPrefix(spec, createRng(length), 'normal'), spec);
  };
  const prefixes = Object.fromEntries(await Promise.all([1, 2, 3, 4, 5, 6, 7, 9].map(async (length) => [`p${length}`, await make(length)] as const)));
  const rng = createRng(3);
  const rows = Array.from({ length: 32 }, () => ({
    name: [...Object.keys(prefixes), null][rng.integer(9)]!,
    ids: Array.from({ length: 5 }, () => rng.integer(61)),
  }));
  const idsOf = (some: typeof rows) => toTensor({ dtype: 'int32', shape: [some.length, 5], data: Int32Array.from(some.flatMap(({ ids }) => ids)) });
  const logits = (hidden: Tensor) => family.logits(parameters, hidden).arraySync() as number[][][];

  const batched = tidy(() => {
    const { past, mask, lengths } = batchPrefixes(rows.map(({ name }) => name), prefixes);
    const positions = add(tensor2d(lengths.map((length) => [length]), [32, 1], 'int32'), range(0, 5, 1, 'int32'));
    return logits(family.forward(parameters, config, { ids: idsOf(rows), past, positions, mask: concat([mask, ones([32, 5])], 1) }).hidden);
  });
  const best = (scores: number[]) => scores.indexOf(Math.max(...scores));
  const flat = batched.map((row) => row.flat());
  rows.forEach((row, b) => {
    const alone = tidy(() => {
      const past = row.name === null ? undefined : foldedPast(prefixes[row.name]!);
      return logits(family.forward(parameters, config, { ids: idsOf([row]), past }).hidden)[0]!;
    });
    expect(batched[b]!.map(best)).toEqual(alone.map(best));
    expect(Math.max(...alone.flat().map((value, i) => Math.abs(flat[b]![i]! - value)))).toBeLessThan(1e-4);
  });
}, 300_000);
