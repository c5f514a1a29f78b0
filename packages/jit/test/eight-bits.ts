/** A product by a frozen matrix in eight bits, of numbers that come out the same on every host. */
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { hostTensor, jit, onnxRuntime } from '../src/index.js';

export async function product(): Promise<number[]> {
  const rng = createRng('eight bits');
  const [frozen, x] = [[200, 96], [3, 200]].map((shape) => hostTensor(Float32Array.from({ length: shape[0]! * shape[1]! }, () => rng.normal()), shape));
  const w = tf.tensor2d(frozen!.data as Float32Array, [200, 96]);
  const compiled = jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w), { runtime: onnxRuntime({ weights: 'int8' }) });
  const { data } = await compiled(x!);
  await compiled.dispose();
  w.dispose();
  return Array.from(data);
}
