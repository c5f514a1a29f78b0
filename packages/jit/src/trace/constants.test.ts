import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { eager, hostTensor, jit, onnxRuntime } from '../index.js';

afterAll(() => void tf.setBackend('cpu'));

/** Backends let casts and reshapes share the numbers of the tensor they are made of. */
describe.each(['cpu', 'wasm'])('tensors of the %s backend that share their numbers', (backend) => {
  test.each([4, 1500])('are constants of their own type and shape: %i numbers', async (n) => {
    await tf.setBackend(backend);
    const flags = tf.tensor1d(Array.from({ length: n }, (_, i) => i % 3 === 0), 'bool');
    const whole = tf.cast(tf.tensor1d(Array.from({ length: n }, (_, i) => i - 1), 'int32'), 'int32');
    const [wholeFlags, realFlags, real] = [tf.cast(flags, 'int32'), tf.cast(flags, 'float32'), tf.cast(whole, 'float32')];
    const [column, square] = [tf.reshape(real, [n, 1]), tf.reshape(whole, [2, n / 2])];
    const fn = (x: tf.Tensor) => [
      tf.add(tf.mul(x, real), tf.sum(column, 1)),
      tf.add(square, tf.reshape(whole, [2, n / 2])),
      tf.add(realFlags, x),
      tf.add(wholeFlags, whole),
      tf.logicalNot(flags),
    ];
    const input = hostTensor(Array.from({ length: n }, (_, i) => i / 2), [n]);
    const compiled = jit(fn, { runtime: onnxRuntime() });
    expect(await compiled(input)).toEqual(await jit(fn, { runtime: eager(backend) })(input));
    await compiled.dispose();
  });
});
