/**
 * A transformer block over a trainable prefix of keys and values, with tied embeddings: the smallest program that has
 * all the parts of prefix-tuning. Letters: V vocabulary, C width, H heads, D head size, P prefix, B batch, T tokens.
 */
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { attention, broadcast, crossEntropy, embedding, gelu, hostTensor, jit, layerNorm, sizeOf, type HostTensor, type Runtime } from '../src/index.js';

const [V, C, H, D, P, B, T] = [19, 8, 2, 4, 3, 2, 5];
export const prefixShape = [2, 1, H, P, D];

const rng = createRng(11);
const random = (...shape: number[]) => hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * rng.normal()), shape);
const shapes = { wte: [V, C], qkv: [C, 3 * C], out: [C, C], up: [C, 4 * C], down: [4 * C, C], gain: [C], bias: [C] };
const frozen = Object.entries(shapes).map(([name, shape]) => [name, random(...shape)] as const);

export const inputs = {
  prefix: random(...prefixShape),
  ids: hostTensor(Array.from({ length: B * T }, () => rng.integer(V)), [B, T], 'int32'),
};

const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [B, T, H, D]), [0, 2, 1, 3]);
const times = (x: tf.Tensor, w: tf.Tensor) => tf.reshape(tf.matMul(tf.reshape(x, [B * T, -1]), w as tf.Tensor2D), [B, T, -1]);

/** The frozen weights, on the active backend; the caller disposes them. */
export const makeWeights = (): Record<keyof typeof shapes, tf.Tensor> =>
  Object.fromEntries(frozen.map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])])) as Record<keyof typeof shapes, tf.Tensor>;

function loss(weights: ReturnType<typeof makeWeights>, prefix: tf.Tensor, ids: tf.Tensor): tf.Scalar {
  const x = embedding(weights.wte, ids);
  const [q, k, v] = tf.split(times(layerNorm(x, weights.gain, weights.bias, 1e-5), weights.qkv), 3, -1).map(heads) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [pastKey, pastValue] = tf.unstack(broadcast(prefix, [2, B, H, P, D])) as [tf.Tensor, tf.Tensor];
  const attended = attention(q, tf.concat([pastKey, k], 2), tf.concat([pastValue, v], 2), undefined);
  const h = tf.add(x, times(tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [B, T, C]), weights.out));
  const hidden = tf.add(h, times(gelu(times(h, weights.up), 'tanh'), weights.down));
  return crossEntropy(tf.reshape(hidden, [B * T, C]), weights.wte, tf.reshape(ids, [B * T]), tf.ones([B * T]));
}

/** Loss and its gradient by the prefix. */
export const stepOf =
  (weights: ReturnType<typeof makeWeights>) =>
  ({ prefix, ids }: { prefix: tf.Tensor; ids: tf.Tensor }) => {
    const { value, grads } = tf.valueAndGrads((free) => loss(weights, free!, ids))([prefix]);
    return { loss: value as tf.Tensor, gradient: grads[0]! };
  };

/** Tunes the prefix by gradient descent inside one compiled program. @returns the loss of every step */
export async function tune(runtime: Runtime | undefined, steps: number): Promise<number[]> {
  const weights = makeWeights();
  const step = stepOf(weights);
  const update = ({ prefix, ids }: { prefix: tf.Tensor; ids: tf.Tensor }) => {
    const { loss, gradient } = step({ prefix, ids });
    return { loss, next: tf.sub(prefix, tf.mul(gradient, 0.1)) };
  };
  const compiled = jit(update, runtime ? { runtime } : {});
  const losses: number[] = [];
  let prefix: HostTensor = inputs.prefix;
  for (let i = 0; i < steps; i++) {
    const { loss, next } = await compiled({ prefix, ids: inputs.ids });
    losses.push(loss.data[0]!);
    prefix = next;
  }
  await compiled.dispose();
  tf.dispose(weights);
  return losses;
}
