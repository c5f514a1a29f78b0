/**
 * What different prefixes in one batch cost: 32 rows of mini-gpt2-medium generate after eight prefixes of different lengths, and
 * after one prefix of their mean length. Runs alternate, so that other work on the machine meets both.
 */
import { createRng } from '@prefix-tuning/base';
import { miniModelFolder } from '@prefix-tuning/mini-models';
import { createGenerator, loadModel, type Generator, type Prefix } from '@prefix-tuning/model';
import { createPrefix, foldPrefix, rowPasts, type FoldedPrefix } from '@prefix-tuning/prefix';
import { machine } from './machine.js';
import type { BenchReport } from './suite.js';

const rows = 32;
const newTokens = 48;
const lengths = [4, 6, 8, 10, 12, 14, 16, 18];
const rounds = 5;

export async function run(): Promise<BenchReport> {
  const model = await loadModel(miniModelFolder('mini-gpt2-medium'));
  const { layers, keyValueHeads: heads, headSize: headDim } = model.config;
  const make = async (length: number): Promise<FoldedPrefix> => {
    const spec = { kind: 'direct', layers, heads, headDim, length } as const;
    return foldPrefix(createPrefix(spec, createRng(length), 'normal'), spec);
  };
  const prefixes = Object.fromEntries(await Promise.all(lengths.map(async (length) => [`${length}`, await make(length)] as const)));
  const mean = { mean: await make(lengths.reduce((sum, length) => sum + length) / lengths.length) };
  const prompts = Array.from({ length: rows }, (_, i) => Array.from({ length: 16 + (i % 8) }, (_, t) => 100 + ((31 * i + 7 * t) % 3000)));
  const mixed = rowPasts(prompts.map((_, i) => `${lengths[i % lengths.length]!}`), prefixes);
  const same = rowPasts(prompts.map(() => 'mean'), mean)[0]!;
  const generator = createGenerator(model);
  const seconds = { mixed: [] as number[], same: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = [await timed(generator, prompts, same), await timed(generator, prompts, mixed)];
    if (round === 0) continue; // compiles
    seconds.same.push(a);
    seconds.mixed.push(b);
  }
  await generator.dispose();
  const rate = (times: number[]) => (rows * newTokens) / median(times);
  const ratios = seconds.same.map((time, i) => time / seconds.mixed[i]!);
  return {
    suite: 'prefix',
    machine: machine(),
    results: [
      { name: '32 rows after one prefix', value: rate(seconds.same), unit: 'tokens/s' },
      { name: '32 rows after 8 prefixes of different lengths', value: rate(seconds.mixed), unit: 'tokens/s' },
      { name: 'different prefixes to one prefix, median of pairs', value: median(ratios), unit: 'ratio' },
    ],
  };
}

async function timed(generator: Generator, prompts: number[][], prefix: Prefix): Promise<number> {
  const start = performance.now();
  await generator.generate(prompts, { prefix, maxNewTokens: newTokens, endTokens: [], batchSize: rows });
  return (performance.now() - start) / 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
