/**
 * How close a traced training step comes to what the same runtime can multiply.
 *
 * GPT-2 small's shape (12 layers, width 768, vocabulary 50257) with random weights, prefix 10, batch 10 x 64 tokens,
 * all positions scored. The useful work is 4 (prefix, frozen weights) or 6 (full training) floating-point operations
 * per weight and token; the rate it is compared with is that of bare ONNX Runtime products of the same matrix shapes,
 * in the mix in which the step has them.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import { crossEntropy, hostTensor, jit, type HostTensor, type JitFunction } from '@prefix-tuning/jit';
import { families } from '@prefix-tuning/model';
import * as tf from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine } from './machine.js';
import type { BenchReport, BenchResult } from './suite.js';

const [B, T, P] = [10, 64, 10];
const shape = { model_type: 'gpt2', n_layer: 12, n_embd: 768, n_head: 12, vocab_size: 50257, n_positions: 1024 };
const REPEATS = 5;

const family = families.gpt2;
const config = family.parseConfig(shape, 'bench');
const rng = createRng(1);
const head = { layers: shape.n_layer, heads: shape.n_head, width: shape.n_embd, vocabulary: shape.vocab_size };

/** Cheap noise: the numbers matter to no measurement, but zeros would. */
function noise(size: number, scale: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * scale;
  });
}
const random = (dims: readonly number[], scale = 0.02): HostTensor => hostTensor(noise(dims.reduce((a, b) => a * b, 1), scale), dims);
const ids = (dims: readonly number[]): HostTensor =>
  hostTensor(Int32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => rng.integer(head.vocabulary)), dims, 'int32');

type Tree = Record<string, tf.Tensor>;
type Step = JitFunction<never, never>;
const batch = { ids: ids([B, T]), targets: ids([B * T]), weights: hostTensor(new Float32Array(B * T).fill(1 / B), [B * T]) };

function loss(parameters: Tree, past: readonly tf.Tensor[], { ids, targets, weights }: Tree): tf.Scalar {
  const layers = Array.from({ length: past.length / 2 }, (_, l) => ({ key: past[2 * l]!, value: past[2 * l + 1]! }));
  const { hidden } = family.forward(parameters, config, { ids, ...(layers.length > 0 ? { past: layers } : {}) });
  return crossEntropy(tf.reshape(hidden, [B * T, head.width]), family.outputWeights(parameters), targets!, weights!);
}

async function secondsOf(run: () => Promise<unknown>, repeats = REPEATS): Promise<number> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const started = performance.now();
    await run();
    times.push((performance.now() - started) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)]!;
}

/** Seconds that the products of one forward pass and one backward pass by inputs take on their own. */
async function bareProducts(): Promise<{ forward: number; byInput: number; byWeight: number; operations: number }> {
  const { width: C, layers: L, vocabulary: V } = head;
  const N = B * T;
  const products: readonly [number, number, number][] = [[C, 3 * C, L], [C, C, L], [C, 4 * C, L], [4 * C, C, L], [C, V, 1]];
  const total = { forward: 0, byInput: 0, byWeight: 0, operations: 0 };
  for (const [inner, outer, count] of products) {
    const weight = tf.tensor(noise(inner * outer, 0.02), [inner, outer]) as tf.Tensor2D;
    const x = random([N, inner]);
    const y = random([N, outer]);
    // One number of the product leaves the program, so that copying results is not measured.
    const corner = (product: tf.Tensor) => tf.slice(product, [0, 0], [1, 1]);
    total.forward += count * (await timed(({ x }) => corner(tf.matMul(x as tf.Tensor2D, weight)), { x }));
    total.byInput += count * (await timed(({ y }) => corner(tf.matMul(y as tf.Tensor2D, weight, false, true)), { y }));
    total.byWeight += count * (await timed(({ x, y }) => corner(tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, true)), { x, y }));
    total.operations += count * 2 * N * inner * outer;
    weight.dispose();
  }
  return total;
}

async function timed(fn: (inputs: Tree) => tf.Tensor, inputs: Record<string, HostTensor>): Promise<number> {
  const run = jit(fn as never) as unknown as (inputs: unknown) => Promise<unknown>;
  const seconds = await secondsOf(() => run(inputs));
  await (run as unknown as Step).dispose();
  return seconds;
}

/** Compiles and times a step. */
async function measure(step: (inputs: never) => unknown, inputs: unknown): Promise<{ seconds: number; compile: number }> {
  let compile = 0;
  const run = jit(step as never, { onCompile: ({ seconds }) => (compile = seconds) }) as unknown as (inputs: unknown) => Promise<unknown>;
  const seconds = await secondsOf(() => run(inputs));
  await (run as unknown as Step).dispose();
  return { seconds, compile };
}

interface PrefixInputs {
  readonly past: readonly tf.Tensor[];
  readonly batch: Tree;
}

async function prefixStep(parameters: Tree) {
  const past = Array.from({ length: 2 * head.layers }, () => random([1, head.heads, P, head.width / head.heads], 1));
  const step = ({ past, batch }: PrefixInputs) => tf.valueAndGrads((...past) => loss(parameters, past, batch))([...past]);
  return measure(step as never, { past, batch });
}

async function fineTuneStep(values: Record<string, HostTensor>) {
  const names = Object.keys(values);
  const step = ({ parameters, batch }: { parameters: Tree; batch: Tree }) => {
    const record = (list: readonly tf.Tensor[]) => Object.fromEntries(names.map((name, i) => [name, list[i]!]));
    return tf.valueAndGrads((...list) => loss(record(list), [], batch))(names.map((name) => parameters[name]!));
  };
  return measure(step as never, { parameters: values, batch });
}

/** The same prefix step in PyTorch, if Python with torch is there (`PREFIX_TUNING_PYTHON`, else python3). */
function pytorchSeconds(): number | undefined {
  const script = fileURLToPath(new URL('pytorch_prefix_step.py', import.meta.url));
  const { status, stdout } = spawnSync(process.env['PREFIX_TUNING_PYTHON'] ?? 'python3', [script], { encoding: 'utf8' });
  return status === 0 ? Number(stdout.trim()) : undefined;
}

export async function run(): Promise<BenchReport> {
  tf.env().set('PROD', true);
  const values = Object.fromEntries(Object.entries(family.parameterShapes(config)).map(([name, dims]) => [name, random(dims)]));
  const weights = Object.values(values).reduce((sum, { data }) => sum + data.length, 0);
  const bare = await bareProducts();
  const parameters = Object.fromEntries(Object.entries(values).map(([name, { data, shape: dims }]) => [name, tf.tensor(data, [...dims])]));
  const prefix = await prefixStep(parameters);
  const fineTune = await fineTuneStep(values);
  const torch = pytorchSeconds();
  const rate = (perWeight: number, seconds: number) => (perWeight * weights * B * T) / seconds / 1e9;
  const bareRate = (passes: number, seconds: number) => (passes * bare.operations) / seconds / 1e9;
  const prefixBare = bareRate(2, bare.forward + bare.byInput);
  const fullBare = bareRate(3, bare.forward + bare.byInput + bare.byWeight);
  const results: BenchResult[] = [
    { name: 'bare-products-prefix', value: prefixBare, unit: 'GFLOP/s' },
    { name: 'bare-products-fine-tune', value: fullBare, unit: 'GFLOP/s' },
    { name: 'prefix-step', value: prefix.seconds, unit: 's' },
    { name: 'prefix-step-gemm-share', value: rate(4, prefix.seconds) / prefixBare, unit: 'ratio' },
    { name: 'fine-tune-step', value: fineTune.seconds, unit: 's' },
    { name: 'fine-tune-step-gemm-share', value: rate(6, fineTune.seconds) / fullBare, unit: 'ratio' },
    { name: 'compile-seconds', value: prefix.compile, unit: 's' },
    ...(torch === undefined ? [] : [{ name: 'prefix-step-vs-pytorch', value: torch / prefix.seconds, unit: 'ratio' }]),
  ];
  return { suite: 'jit', machine: machine(), results };
}
