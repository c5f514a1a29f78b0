/** What every runtime promises, on all that are present; the others are listed with the reason why they are skipped. */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  attention,
  broadcast,
  crossEntropy,
  eager,
  embedding,
  gelu,
  hostTensor,
  jit,
  layerNorm,
  listRuntimes,
  sizeOf,
  type HostTensor,
  type Runtime,
} from '../src/index.js';

const rng = createRng(11);
const random = (...shape: number[]) => hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * rng.normal()), shape);

/** One transformer block over a trainable prefix of keys and values, with tied embeddings: loss and its gradient. */
const [V, C, H, D, P, B, T] = [19, 8, 2, 4, 3, 2, 5];
const frozen = { wte: random(V, C), qkv: random(C, 3 * C), out: random(C, C), up: random(C, 4 * C), down: random(4 * C, C), gain: random(C), bias: random(C) };
const weights = Object.fromEntries(Object.entries(frozen).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])])) as Record<
  keyof typeof frozen,
  tf.Tensor
>;
const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [B, T, H, D]), [0, 2, 1, 3]);
const times = (x: tf.Tensor, w: tf.Tensor) => tf.reshape(tf.matMul(tf.reshape(x, [B * T, -1]), w as tf.Tensor2D), [B, T, -1]);

function loss(prefix: tf.Tensor, ids: tf.Tensor): tf.Scalar {
  const x = embedding(weights.wte, ids);
  const [q, k, v] = tf.split(times(layerNorm(x, weights.gain, weights.bias, 1e-5), weights.qkv), 3, -1).map(heads) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [pastKey, pastValue] = tf.unstack(broadcast(prefix, [2, B, H, P, D])) as [tf.Tensor, tf.Tensor];
  const attended = attention(q, tf.concat([pastKey, k], 2), tf.concat([pastValue, v], 2), undefined);
  const h = tf.add(x, times(tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [B, T, C]), weights.out));
  const hidden = tf.add(h, times(gelu(times(h, weights.up), 'tanh'), weights.down));
  return crossEntropy(tf.reshape(hidden, [B * T, C]), weights.wte, tf.reshape(ids, [B * T]), tf.ones([B * T]));
}

const step = ({ prefix, ids }: { prefix: tf.Tensor; ids: tf.Tensor }) => {
  const { value, grads } = tf.valueAndGrads((free) => loss(free!, ids))([prefix]);
  return { loss: value as tf.Tensor, gradient: grads[0]! };
};
const inputs = { prefix: random(2, 1, H, P, D), ids: hostTensor(Array.from({ length: B * T }, () => rng.integer(V)), [B, T], 'int32') };

const close = (expected: HostTensor, digits = 4) => Array.from(expected.data, (x) => expect.closeTo(x, digits));
const expected = await jit(step, { runtime: eager('cpu') })(inputs);

function contract(runtime: Runtime): void {
  test('loss and gradient of a transformer block with a prefix', async () => {
    const compiled = jit(step, { runtime });
    const { loss, gradient } = await compiled(inputs);
    expect(loss.shape).toEqual([]);
    expect(Array.from(loss.data)).toEqual(close(expected.loss));
    expect(gradient.shape).toEqual([2, 1, H, P, D]);
    expect(Array.from(gradient.data)).toEqual(close(expected.gradient));
    await compiled.dispose();
  });
  test('element types and shapes come out as they went in; a constant output and an input handed through too', async () => {
    const same = jit(
      ({ f, i, b }: { f: tf.Tensor; i: tf.Tensor; b: tf.Tensor }) => ({ f: tf.neg(f), i: tf.add(i, tf.scalar(1, 'int32')), b: tf.logicalNot(b), constant: tf.scalar(7), through: f }),
      { runtime },
    );
    const results = await same({ f: hostTensor([1, -2], [2, 1]), i: hostTensor([1, 2, 3], [3], 'int32'), b: hostTensor([1, 0], [2], 'bool') });
    expect(results.f).toMatchObject({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(-1, 2) });
    expect(results.i).toMatchObject({ dtype: 'int32', shape: [3], data: Int32Array.of(2, 3, 4) });
    expect(results.b).toMatchObject({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) });
    expect(results.constant).toMatchObject({ dtype: 'float32', shape: [], data: Float32Array.of(7) });
    expect(results.through).toMatchObject({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, -2) });
    await same.dispose();
  });
  test('each run has outputs of its own, in any order of calls', async () => {
    const twice = jit((x: tf.Tensor) => tf.mul(x, 2), { runtime });
    const calls = await Promise.all([1, 2, 3].map((n) => twice(hostTensor([n], [1]))));
    expect(calls.map(({ data }) => data[0])).toEqual([2, 4, 6]);
    await twice.dispose();
  });
  test('one program per signature, told once', async () => {
    const compiled: string[] = [];
    const square = jit(tf.square as (x: tf.Tensor) => tf.Tensor, { runtime, onCompile: ({ signature }) => compiled.push(signature) });
    for (const n of [2, 3, 2]) expect((await square(random(n))).shape).toEqual([n]);
    expect(compiled).toEqual(['value:float32[2]', 'value:float32[3]']);
    await square.dispose();
  });
  test('no tensor is left behind, and the active backend is as before', async () => {
    await tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    const compiled = jit(step, { runtime });
    await compiled(inputs);
    await compiled(inputs);
    await compiled.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
  });
}

const runtimes = await listRuntimes();

describe.each(runtimes)('$name', (found) => {
  if ('runtime' in found) contract(found.runtime);
  else test('is on this machine', ({ skip }) => skip(found.missing));
});

test('the default and plain eager run everywhere', () => {
  const present = runtimes.flatMap((found) => ('runtime' in found ? [found.name] : []));
  expect(present).toEqual(expect.arrayContaining(['onnx', 'onnx-worker', 'wasm', 'cpu']));
});
