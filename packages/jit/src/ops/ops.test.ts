import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '@prefix-tuning/base';
import { describe, expect, test } from 'vitest';
import '../gradients.js';
import { attention, broadcast, crossEntropy, embedding, gelu, layerNorm, moveRows } from './index.js';

const rng = createRng(5);
const random = (...shape: number[]) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape);

/** Compares values and gradients of a fused operation with the same mathematics written in plain operations. */
function agree(name: string, fused: (...x: tf.Tensor[]) => tf.Tensor, plain: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]) {
  test(name, () => {
    const direction = random(...plain(...inputs).shape);
    const run = (f: (...x: tf.Tensor[]) => tf.Tensor) =>
      tf.valueAndGrads((...x: tf.Tensor[]) => tf.sum(tf.mul(f(...x), direction)) as tf.Scalar)(inputs);
    const [a, b] = [run(fused), run(plain)];
    expect(Array.from(fused(...inputs).dataSync())).toEqual(
      Array.from(plain(...inputs).dataSync(), (x) => expect.closeTo(x, 5)),
    );
    a.grads.forEach((grad, i) => {
      expect(grad.shape).toEqual(inputs[i]!.shape);
      expect(Array.from(grad.dataSync())).toEqual(Array.from(b.grads[i]!.dataSync(), (x) => expect.closeTo(x, 4)));
    });
  });
}

describe('fused operations equal their definition, forward and backward', () => {
  agree(
    'layerNorm',
    (x, g, b) => layerNorm(x!, g!, b!, 1e-5),
    (x, g, b) => {
      const { mean, variance } = tf.moments(x!, -1, true);
      return tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-5))), g!), b!);
    },
    [random(2, 3, 8), random(8), random(8)],
  );
  agree(
    'gelu tanh',
    (x) => gelu(x!, 'tanh'),
    (x) => tf.mul(tf.mul(x!, 0.5), tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x!, tf.mul(0.044715, tf.pow(x!, 3))))))),
    [random(4, 5)],
  );
  agree('gelu exact', (x) => gelu(x!, 'exact'), (x) => tf.mul(x!, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x!, Math.SQRT1_2))))), [random(4, 5)]);
  const [from, to] = [[2, 0, 3, 1], [1, 3, 0, 2]].map((rows) => tf.tensor1d(rows, 'int32'));
  agree('moveRows', (x) => moveRows(x!, from!, to!), (x) => tf.matMul(tf.oneHot(from!, 4), x! as tf.Tensor2D), [random(4, 5)]);
  const mask = tf.tensor([0, 0, -1e9, 0, 0, 0], [1, 1, 2, 3]);
  agree(
    'attention',
    (q, k, v) => attention(q!, k!, v!, mask),
    (q, k, v) => tf.matMul(tf.softmax(tf.add(tf.mul(tf.matMul(q!, k!, false, true), 0.5), mask)), v!),
    [random(2, 2, 2, 4), random(2, 2, 3, 4), random(2, 2, 3, 4)],
  );
  agree(
    'attention with grouped queries',
    (q, k, v) => attention(q!, k!, v!, undefined, { scale: 0.3 }),
    (q, k, v) => {
      const heads = (x: tf.Tensor) => tf.concat([0, 0, 1, 1].map((g) => tf.slice(x, [0, g, 0, 0], [-1, 1, -1, -1])), 1);
      return tf.matMul(tf.softmax(tf.mul(tf.matMul(q!, heads(k!), false, true), 0.3)), heads(v!));
    },
    [random(2, 4, 2, 3), random(2, 2, 5, 3), random(2, 2, 5, 3)],
  );
  agree('broadcast', (x) => broadcast(x!, [4, 2, 3]), (x) => tf.mul(x!, tf.ones([4, 2, 3])), [random(2, 1)]);
  const ids = tf.tensor([0, 2, 2, 1], [2, 2], 'int32');
  agree('embedding', (t) => embedding(t!, ids), (t) => tf.reshape(tf.matMul(tf.oneHot(tf.reshape(ids, [4]), 3), t! as tf.Tensor2D), [2, 2, 5]), [random(3, 5)]);
  const targets = tf.tensor([1, 0, 3], [3], 'int32');
  const weights = tf.tensor([1, 0.5, 0], [3]);
  for (const labelSmoothing of [0, 0.1]) {
    agree(
      `crossEntropy with label smoothing ${labelSmoothing}`,
      (x, w) => crossEntropy(x!, w!, targets, weights, { labelSmoothing }),
      (x, w) => {
        const logP = tf.logSoftmax(tf.matMul(x! as tf.Tensor2D, w! as tf.Tensor2D, false, true));
        const wanted = tf.add(tf.mul(tf.oneHot(targets, 4), 1 - labelSmoothing), labelSmoothing / 4);
        return tf.neg(tf.sum(tf.mul(tf.sum(tf.mul(logP, wanted), -1), weights)));
      },
      [random(3, 6), random(4, 6)],
    );
  }
});

test('attention says which shapes do not fit', () => {
  expect(() => attention(random(1, 2, 3, 4), random(1, 2, 3, 5), random(1, 2, 3, 5), undefined)).toThrow(/k \[1, 2, 3, 5\]/);
});
