import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { hostTensor, jit, machineMemory, onnxRuntime, storedTensor } from '../index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const root = mkdtempSync(join(tmpdir(), 'jit-onnx-'));
afterAll(() => rmSync(root, { recursive: true }));

test.each(['packed', 'mapped', 'int8'] as const)('a program (%s) does not keep numbers that were decoded for it', async (weights) => {
  const [K, N] = [128, 160];
  const path = join(root, 'bytes.bin');
  writeFileSync(path, Uint8Array.from({ length: K * N }, (_, i) => i % 7));
  const decoded: WeakRef<Float32Array>[] = [];
  const decode = (bytes: Uint8Array) => {
    const numbers = Float32Array.from(bytes);
    decoded.push(new WeakRef(numbers));
    return numbers;
  };
  const stored = storedTensor({ path, offset: 0 }, [K, N], { bytesPerElement: 1, decode }) as tf.Tensor2D;
  const program = jit((x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, stored), { runtime: onnxRuntime({ weights }) });
  const x = hostTensor(new Float32Array(K).fill(1), [1, K]);
  const before = await program(x);
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  expect(decoded.map((numbers) => numbers.deref())).toEqual([undefined]);
  expect(await program(x)).toEqual(before);
  await program.dispose();
});

test('a program whose intermediate results take too much of the memory keeps none of it between runs', async () => {
  const options: (object | undefined)[] = [];
  const session = { inputNames: [], run: async () => ({}), release: async () => {} };
  const load = async () => ({ InferenceSession: { create: async (_: Uint8Array, given: object) => (options.push(given), session) }, Tensor: class {} });
  const runtime = onnxRuntime({ load });
  const side = Math.ceil(Math.sqrt(machineMemory() / 4 / 8));
  for (const shape of [[side, side], [2, 2]]) {
    const program = await runtime.prepare(([x]) => [tf.sin(tf.cos(x!))], [{ dtype: 'float32', shape }], { name: 'large', inputNames: ['x'] });
    await program.dispose();
  }
  expect(options[0]).toMatchObject({ enableCpuMemArena: false });
  expect(options[1]).not.toHaveProperty('enableCpuMemArena');
});
