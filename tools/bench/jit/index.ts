/**
 * How close a traced training step comes to what the same runtime can multiply.
 *
 * The useful work is 4 (prefix, frozen weights) or 6 (full training) floating-point operations per weight and token; the
 * rate it is compared with is that of the bare products (products.ts) in one program of the same runtime.
 */
import { jit, onnxRuntime } from '@prefix-tuning/jit';
import * as tf from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine } from '../machine.js';
import type { BenchReport, BenchResult } from '../suite.js';
import { B, batch, fineTuneStep, P, past, prefixStep, shape, T, weightCount, weightsInFile, weightsInMemory, type Tree } from './gpt2.js';
import { interleave, type Cost } from './interleave.js';
import { matrices, passOperations, products } from './products.js';
import { startPyTorch } from './pytorch.js';

const REPEATS = 5;
const STEPS = 200;

/**
 * Bytes of weights, and of the activations that the prefix step's backward pass needs at least, counted by hand. No
 * probabilities are among them: the loss gives its gradient as it is computed.
 */
function memoryBound(): number {
  const { layers, width: C, heads: H } = shape;
  const N = B * T;
  // Two normalised inputs, the query, key and value with prefix, the attention weights, the slope of the activation.
  const layer = 2 * N * C + N * C + 2 * B * (P + T) * C + B * H * T * (P + T) + N * 4 * C;
  // The last normalised hidden states, and the loss's gradient by them.
  return 4 * (weightCount + layers * layer + 2 * N * C);
}

/** Bytes of a process that does nothing but run one program of memory.ts: all, and what the program took. */
function peakMemory(program: string): { all: number; own: number } {
  const script = fileURLToPath(new URL('memory.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, script, program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`memory.ts ${program} ended with ${status}`);
  const { before, peak } = JSON.parse(stdout) as { before: number; peak: number };
  return { all: peak, own: peak - before };
}

async function prefixCosts() {
  const weights = weightsInFile();
  let compile = 0;
  const step = jit(prefixStep(weights.parameters), { onCompile: ({ seconds }) => (compile = seconds) });
  const eightBits = jit(prefixStep(weights.parameters), { runtime: onnxRuntime({ weights: 'int8' }) });
  const bare = jit((x: readonly Tree[]) => products({ parameters: weights.parameters, x }, false));
  const x = matrices();
  const torch = await startPyTorch();
  const costs = await interleave({ step: () => step({ past, batch }), eightBits: () => eightBits({ past, batch }), bare: () => bare(x as never), torch: torch?.step }, REPEATS);
  torch?.end();
  await Promise.all([step.dispose(), eightBits.dispose(), bare.dispose()]);
  weights.dispose();
  return { ...costs, compile };
}

async function fineTuneCosts() {
  const step = jit(fineTuneStep);
  const bare = jit((inputs: { parameters: Tree; x: readonly Tree[] }) => products(inputs, true));
  const parameters = weightsInMemory();
  const x = matrices();
  const costs = await interleave({ step: () => step({ parameters, batch } as never), bare: () => bare({ parameters, x } as never) }, REPEATS);
  await Promise.all([step.dispose(), bare.dispose()]);
  return costs;
}

/** What one step and its bare products say of each other. */
function compare(name: string, passes: number, { step, bare }: { step: Cost | undefined; bare: Cost | undefined }): BenchResult[] {
  const useful = 2 * passes * weightCount * B * T;
  const share = (of: 'seconds' | 'processor') => useful / step![of]! / ((passes * passOperations) / bare![of]!);
  return [
    { name: `bare-products-${name}`, value: (passes * passOperations) / bare!.seconds / 1e9, unit: 'GFLOP/s' },
    { name: `${name}-step`, value: step!.seconds, unit: 's' },
    { name: `${name}-step-gemm-share`, value: share('seconds'), unit: 'ratio' },
    { name: `${name}-step-gemm-share, by processor time`, value: share('processor'), unit: 'ratio' },
  ];
}

const versusPyTorch = (torch: Cost, ours: Readonly<Record<string, Cost>>): BenchResult[] =>
  Object.entries(ours).map(([how, { seconds }]) => ({ name: `prefix-step-vs-pytorch${how}`, value: torch.seconds / seconds, unit: 'ratio' }));

export async function run(): Promise<BenchReport> {
  tf.env().set('PROD', true);
  const prefix = await prefixCosts();
  const fineTune = await fineTuneCosts();
  const mapped = peakMemory('prefix mapped');
  const results: BenchResult[] = [
    ...compare('prefix', 2, prefix),
    ...compare('fine-tune', 3, fineTune),
    { name: 'prefix-step, frozen weights in eight bits', value: prefix.eightBits!.seconds, unit: 's' },
    ...(prefix.torch ? versusPyTorch(prefix.torch, { '': prefix.step!, ', were there nothing but the bare products': prefix.bare!, ', frozen weights in eight bits': prefix.eightBits! }) : []),
    { name: 'prefix-step-memory-share', value: mapped.own / memoryBound(), unit: 'ratio' },
    { name: 'prefix-step-memory-share, whole process', value: mapped.all / memoryBound(), unit: 'ratio' },
    { name: 'prefix-step-memory-share, weights packed', value: peakMemory('prefix packed').own / memoryBound(), unit: 'ratio' },
    { name: 'prefix-step-memory-share, frozen weights in eight bits', value: peakMemory('prefix int8').own / memoryBound(), unit: 'ratio' },
    { name: 'checkpoint-memory-share', value: peakMemory('blocks checkpointed').own / peakMemory('blocks').own, unit: 'ratio' },
    { name: 'compile-seconds', value: prefix.compile, unit: 's' },
    { name: `compile-share of ${STEPS} steps`, value: prefix.compile / (STEPS * prefix.step!.seconds), unit: 'ratio' },
  ];
  return { suite: 'jit', machine: machine(), results };
}
