import '@tensorflow/tfjs-backend-cpu';
import { hostTensor, jit } from '../src/index.js';
import * as tf from '@tensorflow/tfjs-core';

const frozen = tf.tensor2d([[1, 2], [3, 4]]); // closed over: becomes part of the program

type Inputs = { x: tf.Tensor2D; y: tf.Tensor2D; keep: tf.Tensor2D; bias: tf.Tensor };

/** One step of gradient descent on a bias, with dropout: the mask is an input, since a program draws no numbers. */
const step = jit(({ x, y, keep, bias }: Inputs) => {
  const loss = (free: tf.Tensor) => {
    const hidden = tf.mul(tf.matMul(x, frozen), tf.div(keep, 0.5));
    return tf.mean(tf.squaredDifference(tf.add(hidden, free), y)) as tf.Scalar;
  };
  const { value, grad } = tf.valueAndGrad(loss)(bias);
  return { loss: value as tf.Tensor, bias: tf.sub(bias, tf.mul(grad, 0.1)) };
});

let bias = hostTensor([0, 0], [2]);
const [x, y] = [hostTensor([1, 0, 0, 1], [2, 2]), hostTensor([1, 1, 1, 1], [2, 2])];
export const losses: number[] = [];
for (let i = 0; i < 3; i++) {
  const keep = hostTensor([1, 1, 0, 1], [2, 2]); // draw it anew for each step
  const result = await step({ x, y, keep, bias });
  losses.push(result.loss.data[0]!);
  bias = result.bias;
}
await step.dispose();
