import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostTensor, jit, onnxRuntime } from '../index.js';

type Profile = readonly { readonly cat: string; readonly name: string; readonly ts: number; readonly args: { readonly op_name?: string } }[];

/** The operators that ONNX Runtime ran, in its order. */
async function executed(fn: (x: tf.Tensor[]) => tf.Tensor[], inputs: readonly { dtype: 'float32'; shape: readonly number[]; data: Float32Array }[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'jit-order-'));
  const compiled = jit(fn, { runtime: onnxRuntime({ session: { enableProfiling: true, profileFilePrefix: join(folder, 'profile') } }) });
  await compiled(inputs as never);
  await compiled.dispose();
  const [file] = readdirSync(folder);
  const events = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Profile;
  rmSync(folder, { recursive: true });
  return events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('kernel_time')).sort((a, b) => a.ts - b.ts).map(({ args }) => args.op_name!);
}

test('each weight has its gradient before the gradient goes on to the layer before', async () => {
  const layers = (...w: tf.Tensor[]) => tf.sum(w.reduce((x, w) => tf.tanh(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), tf.ones([3, 4]))) as tf.Scalar;
  const inputs = [0, 1, 2].map(() => hostTensor(new Float32Array(16).fill(0.1), [4, 4])) as never;
  const order = await executed((w) => tf.grads(layers as (...w: tf.Tensor[]) => tf.Scalar)(w), inputs);
  // Backward, from the last layer: slope (Sub), product for the weight; then slope of the layer before, product for its
  // output, product for its weight; and so on. Weights' products left for the end would stand there in a row.
  const backward = order.slice(order.lastIndexOf('Tanh') + 1).filter((op) => ['Gemm', 'Sub'].includes(op));
  expect(backward).toEqual(['Sub', 'Gemm', 'Sub', 'Gemm', 'Gemm', 'Sub', 'Gemm', 'Gemm']);
});
