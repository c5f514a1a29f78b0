/** What every runtime promises, on all that are present; the others are listed with the reason why they are skipped. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { eager, hostTensor, jit, listRuntimes, type HostTensor, type Runtime } from '../src/index.js';
import { inputs, makeWeights, prefixShape, stepOf } from './tiny-prefix.js';

const step = stepOf(makeWeights());
const close = (expected: HostTensor, digits = 4) => Array.from(expected.data, (x) => expect.closeTo(x, digits));
const expected = await jit(step, { runtime: eager('cpu') })(inputs);

function contract(runtime: Runtime): void {
  test('loss and gradient of a transformer block with a prefix', async () => {
    const compiled = jit(step, { runtime });
    const { loss, gradient } = await compiled(inputs);
    expect(loss.shape).toEqual([]);
    expect(Array.from(loss.data)).toEqual(close(expected.loss));
    expect(gradient.shape).toEqual(prefixShape);
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
    for (const n of [2, 3, 2]) expect((await square(hostTensor(undefined, [n]))).shape).toEqual([n]);
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
