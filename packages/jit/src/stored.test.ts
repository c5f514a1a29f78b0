import '@tensorflow/tfjs-backend-cpu';
import { FileError, ShapeError } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { ftruncateSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { eager, hostTensor, jit, onnxRuntime, printGraph, storedTensor, toOnnx, trace, type Runtime } from './index.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jit-stored-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of some bytes, then these numbers. */
function fileOf(name: string, values: readonly number[], before = 3): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([Buffer.alloc(before, 1), Buffer.from(Float32Array.from(values).buffer)]));
  return path;
}
/** A file with holes: `size` bytes, all zero but for the numbers at `offset`. */
function sparseFile(name: string, { size, offset, values }: { size: number; offset: number; values: readonly number[] }): string {
  const path = join(folder, name);
  const handle = openSync(path, 'w');
  ftruncateSync(handle, size);
  writeSync(handle, new Uint8Array(Float32Array.from(values).buffer), 0, 4 * values.length, offset);
  closeSync(handle);
  return path;
}

const path = fileOf('weights.bin', [1, 2, 3, 4, 5, 6]);
const weights = storedTensor({ path, offset: 3 }, [2, 3]);
const product = (x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D);
const input = hostTensor([1, 10], [1, 2]);

describe.each<[string, Runtime]>([
  ['onnx', onnxRuntime()],
  ['onnx, packed', onnxRuntime({ weights: 'packed' })],
  ['onnx, mapped', onnxRuntime({ weights: 'mapped' })],
  ['onnx-worker', onnxRuntime({ worker: true })],
  ['eager', eager('cpu')],
])('%s', (_, runtime) => {
  test('computes with numbers that lie in a file at an unaligned offset', async () => {
    const compiled = jit(product, { runtime });
    expect((await compiled(input)).data).toEqual(Float32Array.of(41, 52, 63));
    await compiled.dispose();
  });
});

test('the program holds the place, not the numbers, before and after eager use', () => {
  const listing = () => printGraph(trace(([x]) => [product(x!)], [input], { name: 'f' })).replace(folder, 'folder');
  const expected = `graph f
  %0 float32[1,2] = input 0
  %1 float32[2,3] = stored folder/weights.bin from byte 3
  %2 float32[1,3] = MatMul(%0, %1)
  return %2`;
  expect(listing()).toBe(expected);
  expect(Array.from(tf.mul(weights, 2).dataSync())).toEqual([2, 4, 6, 8, 10, 12]);
  expect(listing()).toBe(expected);
});

// Windows lets only some users make links.
test.skipIf(process.platform === 'win32')('files of different folders, a link, and a constant in memory serve one program', async () => {
  mkdirSync(join(folder, 'a/deep'), { recursive: true });
  mkdirSync(join(folder, 'b'));
  const far = storedTensor({ path: fileOf('a/deep/x.bin', [1, 2], 0), offset: 0 }, [2]);
  symlinkSync(fileOf('b/y.bin', [10, 20], 8), join(folder, 'a/link.bin'));
  const linked = storedTensor({ path: join(folder, 'a/link.bin'), offset: 8 }, [2]);
  const large = tf.fill([40_000, 2], 0.5);
  const sum = (x: tf.Tensor) => tf.addN([x, far, tf.reshape(linked, [2]), tf.reshape(tf.slice(large, [39_999, 0], [1, 2]), [2])]);
  const model = toOnnx(trace(([x]) => [sum(x!)], [{ dtype: 'float32', shape: [2] }]));
  expect({ folder: model.folder, external: model.external.map(({ path }) => path) }).toEqual({ folder: `${folder}/`, external: [] });
  const compiled = jit(sum, { runtime: onnxRuntime() });
  expect((await compiled(hostTensor([100, 200], [2]))).data).toEqual(Float32Array.of(111.5, 222.5));
  await compiled.dispose();
});

test('a table of more than 2 GB, in a file of more than 4', async () => {
  const [rows, C, offset] = [600_000, 1024, 2 ** 31 + 5];
  const at = offset + 4 * (C * (rows - 1));
  const huge = storedTensor({ path: sparseFile('huge.bin', { size: offset + 4 * rows * C, offset: at, values: [7, 8, 9] }), offset }, [rows, C]);
  const lookup = jit((ids: tf.Tensor) => tf.slice(tf.gather(huge, ids as tf.Tensor1D), [0, 0], [2, 4]), { runtime: onnxRuntime() });
  expect((await lookup(hostTensor([0, rows - 1], [2], 'int32'))).data).toEqual(Float32Array.of(0, 0, 0, 0, 7, 8, 9, 0));
  await lookup.dispose();
});

test('the numbers are read where they are asked for, and a tensor is freed like any other', () => {
  const before = tf.memory().numTensors;
  const stored = storedTensor({ path, offset: 7 }, [5]);
  expect(Array.from(stored.dataSync())).toEqual([2, 3, 4, 5, 6]);
  stored.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(readFileSync(path).length).toBe(27);
});

test('other encodings are decoded when a program is made, or when asked for', async () => {
  const bytes = join(folder, 'bytes.bin');
  writeFileSync(bytes, Uint8Array.of(9, 1, 2, 3));
  const encoding = { bytesPerElement: 1, decode: (some: Uint8Array) => Float32Array.from(some) };
  const decoded = storedTensor({ path: bytes, offset: 1 }, [3], encoding);
  expect(printGraph(trace(([x]) => [tf.add(x!, decoded)], [hostTensor([0, 0, 0], [3])], { name: 'f' }))).toContain(`float32[3] = stored ${bytes} from byte 1, encoded\n`);
  const compiled = jit((x: tf.Tensor) => tf.add(x, decoded), { runtime: onnxRuntime() });
  expect((await compiled(hostTensor([10, 20, 30], [3]))).data).toEqual(Float32Array.of(11, 22, 33));
  expect(Array.from(decoded.dataSync())).toEqual([1, 2, 3]);
  await compiled.dispose();
});

test('a file that was replaced is not read as if it were the old one', () => {
  const replaced = fileOf('replaced.bin', [1, 2], 0);
  const [stored, same] = [storedTensor({ path: replaced, offset: 0 }, [2]), storedTensor({ path: replaced, offset: 0 }, [2])];
  rmSync(replaced);
  fileOf('replaced.bin', [3, 4, 5], 0);
  expect(() => stored.dataSync()).toThrow(/replaced\.bin: expected the file that was loaded, got another one/);
  expect(() => trace(([x]) => [tf.add(x!, same)], [hostTensor([0, 0], [2])])).toThrow(FileError);
});

test('says what is wrong with a place', () => {
  expect(() => storedTensor({ path: join(folder, 'none.bin'), offset: 0 }, [1])).toThrow(FileError);
  expect(() => storedTensor({ path, offset: 7 }, [6])).toThrow(/weights\.bin: expected a file of at least 31 bytes, got 27\./);
  expect(() => storedTensor({ path, offset: 0.5 }, [1])).toThrow(ShapeError);
});
