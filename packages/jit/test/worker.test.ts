import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hostTensor, jit, onnxRuntime, OnnxRuntimeError } from '../src/index.js';

/** Counts turns of the event loop until a promise settles. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  const clock = setInterval(() => turns++, 1);
  await work;
  clearInterval(clock);
  return turns;
}

/** A chain of products that takes a tenth of a second or more. */
const N = 400;
const chain = (x: tf.Tensor) => Array.from({ length: 30 }).reduce<tf.Tensor>((y) => tf.softmax(tf.matMul(y as tf.Tensor2D, x as tf.Tensor2D)), x);
const input = hostTensor(new Float32Array(N * N).fill(1 / N), [N, N]);

test('in a worker the event loop of the caller stays free; in the same thread it stops', async () => {
  const turns: Record<string, number> = {};
  for (const worker of [true, false]) {
    const compiled = jit(chain, { runtime: onnxRuntime({ worker }) });
    await compiled(input);
    turns[String(worker)] = await turnsDuring(compiled(input));
    await compiled.dispose();
  }
  expect(turns.true).toBeGreaterThan(10);
  expect(turns.false).toBeLessThan(5);
});

test('inputs in shared memory are taken as they are', async () => {
  const compiled = jit((x: tf.Tensor) => tf.mul(x, 2), { runtime: onnxRuntime({ worker: true }) });
  const shared = new Float32Array(new SharedArrayBuffer(8));
  shared.set([1, 2]);
  expect((await compiled(hostTensor(shared, [2]))).data).toEqual(Float32Array.of(2, 4));
  await compiled.dispose();
});

test('an error inside the worker is the error of the call, and the worker goes on', async () => {
  const runtime = onnxRuntime({ worker: true, session: { executionProviders: ['no such provider'] } });
  expect(runtime.name).toBe('onnx:worker:no such provider');
  const refused = jit((x: tf.Tensor) => tf.neg(x), { runtime });
  await expect(refused(hostTensor([1], [1]))).rejects.toThrow(OnnxRuntimeError);
  await expect(refused(hostTensor([1], [1]))).rejects.toThrow(/refused the graph/);
});

test('a worker that has ended starts again', async () => {
  const runtime = onnxRuntime({ worker: true });
  for (const n of [1, 2]) {
    const compiled = jit((x: tf.Tensor) => tf.add(x, n), { runtime });
    expect((await compiled(hostTensor([1], [1]))).data[0]).toBe(1 + n);
    await compiled.dispose();
  }
});

test('the end of the last program leaves alone one that is being compiled', async () => {
  const runtime = onnxRuntime({ worker: true });
  const plus = (n: number) => jit((x: tf.Tensor) => tf.add(x, n), { runtime });
  const [a, b] = [plus(1), plus(2)];
  await a(hostTensor([1], [1]));
  const [, result] = await Promise.all([a.dispose(), b(hostTensor([1], [1]))]);
  expect(result.data[0]).toBe(3);
  await b.dispose();
});
