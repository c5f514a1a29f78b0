import { findRuntime, hostTensor, jit } from '@prefix-tuning/jit';
import { matMul, type Tensor2D } from '@tensorflow/tfjs-core';

/** Seconds that a measurement takes. */
const duration = 0.3;

/**
 * Floating-point operations a second of this machine in a product [rows, width] x [width, 4 width], the shape of a
 * feed-forward layer; small ones pay for each call, as they do in a run.
 */
export async function productRate(rows: number, width: number): Promise<number> {
  const product = jit(({ a, b }: { a: Tensor2D; b: Tensor2D }) => ({ c: matMul(a, b) }), { name: 'rate', runtime: await findRuntime() });
  const inputs = { a: hostTensor(new Float32Array(rows * width).fill(0.5), [rows, width]), b: hostTensor(new Float32Array(4 * width * width).fill(0.5), [width, 4 * width]) };
  try {
    await product(inputs);
    const started = performance.now();
    let calls = 0;
    while ((performance.now() - started) / 1000 < duration) {
      await product(inputs);
      calls++;
    }
    return (calls * 2 * rows * width * 4 * width * 1000) / (performance.now() - started);
  } finally {
    await product.dispose();
  }
}
