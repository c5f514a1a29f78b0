import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkpoint, eager, hostTensor, jit, onnxRuntime, trace, type HostTensor } from '../index.js';

const rng = createRng(9);
const random = (...shape: number[]): HostTensor => hostTensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape);

type Inputs = { x: tf.Tensor; weights: tf.Tensor[]; ids: tf.Tensor };
const inputs = { x: random(4, 6), weights: [random(6, 6), random(6, 6)], ids: hostTensor([2, 0, 1, 3], [4], 'int32') };

/** One layer; the ids shuffle its rows, so that an input without a gradient takes part. */
const layer = ({ x, w, ids }: { x: tf.Tensor; w: tf.Tensor; ids: tf.Tensor }): tf.Tensor =>
  tf.add(x, tf.tanh(tf.matMul(tf.gather(x, ids as tf.Tensor1D) as tf.Tensor2D, w as tf.Tensor2D)));

/** One that begins with another shape of its input. */
const reshaping: typeof layer = ({ x, w, ids }) => layer({ x: tf.reshape(tf.reshape(x, [2, 2, 6]), [4, 6]), w, ids });

/** Loss and gradients of two layers, each run by `run`. */
const step =
  (run: typeof layer) =>
  ({ x, weights, ids }: Inputs) => {
    const loss = (x: tf.Tensor, ...weights: tf.Tensor[]) => tf.sum(tf.square(weights.reduce((x, w) => run({ x, w, ids }), x))) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(loss as (...x: tf.Tensor[]) => tf.Scalar)([x, ...weights]);
    return [value, ...grads];
  };
const plain = step(layer);
const checkpointed = step((inputs) => checkpoint(layer, inputs));

describe.each([eager('cpu'), onnxRuntime()])('$name', (runtime) => {
  test('loss and gradients are those without checkpoints', async () => {
    const [a, b] = [jit(checkpointed, { runtime }), jit(plain, { runtime })];
    expect(await a(inputs)).toEqual(await b(inputs));
    await Promise.all([a.dispose(), b.dispose()]);
  });
});

test('the forward pass is computed twice: neither the builder nor ONNX Runtime merges the two', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jit-checkpoint-'));
  /** How often ONNX Runtime's own optimised graph has the operator. */
  const count = async (fn: typeof plain) => {
    const optimizedModelFilePath = join(folder, 'optimised.onnx');
    const compiled = jit(fn, { runtime: onnxRuntime({ session: { optimizedModelFilePath } }) });
    await compiled(inputs);
    await compiled.dispose();
    return readFileSync(optimizedModelFilePath, 'latin1').split('\x22\x04Tanh').length - 1;
  };
  const reshaped = step((inputs) => checkpoint(reshaping, inputs));
  expect([await count(plain), await count(checkpointed), await count(reshaped)]).toEqual([2, 4, 4]);
  rmSync(folder, { recursive: true });
});

test('what is read without being passed has its gradient too, and what is not read costs nothing', async () => {
  const runtime = onnxRuntime();
  const reading =
    (reads: (weights: readonly tf.Tensor[]) => readonly tf.Tensor[]) =>
    (given: Inputs): tf.Tensor[] => {
      const loss = (x: tf.Tensor, ...weights: tf.Tensor[]) =>
        tf.sum(tf.square(weights.reduce((x, w) => checkpoint(({ x }) => layer({ x, w, ids: given.ids }), { x }, reads(weights)), x))) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(loss as (...x: tf.Tensor[]) => tf.Scalar)([given.x, ...given.weights]);
      return [value, ...grads];
    };
  const [a, b] = [jit(reading((weights) => weights), { runtime }), jit(plain, { runtime })];
  expect(await a(inputs)).toEqual(await b(inputs));
  const specs = [inputs.x, ...inputs.weights, inputs.ids];
  const nodes = (reads: Parameters<typeof reading>[0]) => trace(([x, w, v, ids]) => reading(reads)({ x: x!, weights: [w!, v!], ids: ids! }), specs).nodes.length;
  let turn = 0;
  expect(nodes((weights) => weights)).toBe(nodes((weights) => [weights[turn++ % 2]!]));
});

test('an input that the result does not depend on has a gradient of zeros', () => {
  const { grads } = tf.valueAndGrads((x, y) => tf.sum(checkpoint(({ x }: { x: tf.Tensor; y: tf.Tensor }) => tf.mul(x, 3), { x: x!, y: y! })) as tf.Scalar)([tf.ones([2]), tf.ones([3])]);
  expect(grads.map((grad) => Array.from(grad.dataSync()))).toEqual([[3, 3], [0, 0, 0]]);
});

test('nothing is left behind', () => {
  const x = tf.ones([2]);
  const before = tf.memory().numTensors;
  tf.tidy(() => void tf.grad((x) => checkpoint(tf.square as (x: tf.Tensor) => tf.Tensor, x))(x));
  expect(tf.memory().numTensors).toBe(before);
});
