import '@tensorflow/tfjs-backend-cpu';
import { env } from 'onnxruntime-web';
import { product } from '../eight-bits.js';
import { tune } from '../tiny-prefix.js';

/** Runs inside the page. ONNX Runtime is not passed in: the package finds the browser's own. */
export default async function ({ steps, threads }: { steps: number; threads: number }): Promise<{ losses: number[]; eightBits: number[]; isolated: boolean; threads: number }> {
  env.wasm.wasmPaths = '/ort/';
  env.wasm.numThreads = threads;
  const losses = await tune(undefined, steps);
  const eightBits = await product();
  return { losses, eightBits, isolated: 'SharedArrayBuffer' in globalThis, threads: env.wasm.numThreads };
}
