import '@tensorflow/tfjs-backend-cpu';
import { FileError } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import fs, { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { hostTensor, jit, onnxRuntime, storedTensor, trace, type Graph } from '../index.js';
import type { MemoryConstant } from '../graph/graph.js';
import { QuantisedWeights } from './quantised.js';

const root = mkdtempSync(join(tmpdir(), 'jit-quantised-'));
const numbers = (size: number, frequency = 1) => Float32Array.from({ length: size }, (_, i) => Math.sin(frequency * i));
const [K, N] = [128, 160];
const path = join(root, 'weights.bin');
writeFileSync(path, new Uint8Array(numbers(2 * K * N).buffer));
const [w, other] = [0, 4 * K * N].map((offset) => storedTensor({ path, offset }, [K, N]) as tf.Tensor2D);
const held = tf.tensor2d(numbers(K * N, 2), [K, N]);
const table = tf.tensor2d(numbers(200 * N), [200, N]);

type Product = (x: tf.Tensor) => tf.Tensor;
const by = (...matrices: tf.Tensor2D[]): Product => (x) => tf.addN(matrices.map((matrix) => tf.matMul(x as tf.Tensor2D, matrix)));
const back: Product = (x) => tf.matMul(by(w!)(x) as tf.Tensor2D, w!, false, true);
const graphOf = (rows: number, fn: Product): Graph => trace(([x]) => [fn(x!)], [{ dtype: 'float32', shape: [rows, K] }], { name: 'product' });
const x = (rows: number) => hostTensor(numbers(rows * K, 3), [rows, K]);
const runtime = () => onnxRuntime({ weights: 'int8' });

/** Bytes of each file that this process keeps. */
function files(): number[] {
  const folders = readdirSync(root).filter((name) => name.startsWith(`prefix-tuning-weights-${process.pid}-`));
  return folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => statSync(join(root, folder, name)).size));
}

// Windows has the other one.
beforeAll(() => ['TMPDIR', 'TEMP'].forEach((name) => vi.stubEnv(name, root)));
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

test('programs of any runtime read each matrix from one file, which goes with the last of them', async () => {
  const [alone, first, second] = [by(w!), by(w!, other!), by(w!)].map((fn) => jit(fn, { runtime: runtime() }));
  const expected = (await alone!(x(2))).data;
  await alone!.dispose();
  expect(files()).toEqual([]);
  await first!(x(2));
  expect(files()).toEqual([2 * K * N]);
  expect((await second!(x(2))).data).toEqual(expected);
  await second!(x(3));
  expect(files()).toEqual([2 * K * N]);
  await first!.dispose();
  expect(files()).toEqual([2 * K * N]);
  expect((await second!(x(2))).data).toEqual(expected);
  await second!.dispose();
  expect(files()).toEqual([]);
});

test('what a later program needs besides is written into a file of its own', () => {
  const weights = new QuantisedWeights();
  const one = weights.in(graphOf(2, by(w!)));
  const two = weights.in(graphOf(2, back));
  const three = weights.in(graphOf(3, by(w!, held)));
  expect(files()).toEqual([K * N, K * N, K * N]);
  one.release();
  one.release();
  expect(files()).toHaveLength(3);
  two.release();
  expect(files()).toHaveLength(2);
  three.release();
  expect(files()).toEqual([]);
});

test('weights in memory go there too, rounded or not, and each once', async () => {
  const fn: Product = (x) => tf.add(by(held)(x), tf.gather(table, [1, 2]));
  const [one, two] = [jit(fn, { runtime: runtime() }), jit((x: tf.Tensor) => tf.mul(fn(x), 2), { runtime: runtime() })];
  const { data } = await one(x(2));
  expect(files()).toEqual([K * N + 4 * table.size]);
  expect((await two(x(2))).data).toEqual(data.map((value) => 2 * value));
  expect(files()).toHaveLength(1);
  await Promise.all([one.dispose(), two.dispose()]);
  expect(files()).toEqual([]);
});

test('where there are no files, in memory, and once there too', () => {
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  const weights = new QuantisedWeights();
  const [one, two] = [weights.in(graphOf(2, by(held))), weights.in(graphOf(3, by(held)))];
  vi.unstubAllGlobals();
  const bytesOf = ({ constants }: Graph) => (constants.find(({ dtype }) => dtype === 'int8') as MemoryConstant).data;
  expect(bytesOf(one.graph)).toBe(bytesOf(two.graph));
  expect(files()).toEqual([]);
  one.release();
  two.release();
  expect(weights).toHaveProperty('known.size', 0);
});

test('a full disk is an error that leaves nothing behind', async () => {
  const program = jit(by(w!, other!), { runtime: runtime() });
  const { writeSync } = fs;
  const spy = vi.spyOn(fs, 'writeSync').mockImplementation(((...call: Parameters<typeof writeSync>) => {
    if (spy.mock.calls.length > 1) throw new Error('ENOSPC: no space left on device, write');
    return writeSync(...call);
  }) as typeof writeSync);
  const failed = program(x(2));
  await expect(failed).rejects.toThrow(FileError);
  await expect(failed).rejects.toThrow(/constants-\d+\.bin: expected room for at least 40960 bytes of constants, got ENOSPC.*(TMPDIR|TEMP)/);
  expect(files()).toEqual([]);
  spy.mockRestore();
  const [again, exact] = [await program(x(2)), await jit(by(w!, other!), { runtime: onnxRuntime() })(x(2))];
  again.data.forEach((value, i) => expect(Math.abs(value - exact.data[i]!)).toBeLessThan(0.5));
  await program.dispose();
  expect(files()).toEqual([]);
});

test('a session that is refused leaves no file', async () => {
  const load = async () => ({ ...ort, InferenceSession: { create: async () => { throw new Error('no'); } } });
  await expect(jit(by(w!), { runtime: onnxRuntime({ weights: 'int8', load }) })(x(2))).rejects.toThrow('ONNX Runtime refused the graph');
  const missing = async () => { throw new Error('not installed'); };
  await expect(jit(by(w!), { runtime: onnxRuntime({ weights: 'int8', load: missing }) })(x(2))).rejects.toThrow('not installed');
  expect(files()).toEqual([]);
});

test('a file that was saved anew is read anew', async () => {
  const place = join(root, 'changed.bin');
  const save = (frequency: number) => writeFileSync(place, new Uint8Array(numbers(K * N, frequency).buffer));
  const run = async () => {
    const matrix = storedTensor({ path: place, offset: 0 }, [K, N]) as tf.Tensor2D;
    const program = jit(by(matrix), { runtime: runtime() });
    return { data: (await program(x(2))).data, program };
  };
  save(1);
  const before = await run();
  rmSync(place);
  save(2);
  const after = await run();
  expect(after.data).not.toEqual(before.data);
  await Promise.all([before, after].map(({ program }) => program.dispose()));
  expect(existsSync(place) && files().length === 0).toBe(true);
});
