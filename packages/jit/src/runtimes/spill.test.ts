import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { substitute, type FileConstant } from '../graph/graph.js';
import { commonFolder, toOnnx } from '../graph/onnx.js';
import { storedTensor, trace } from '../index.js';
import { spill } from './spill.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'jit-spill-')));
afterAll(() => rmSync(root, { recursive: true }));
const path = join(root, 'weights.bin');
writeFileSync(path, new Uint8Array(Float32Array.of(1, 2).buffer));
const stored = storedTensor({ path, offset: 0 }, [2]);
const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => i);
const [large, larger] = [tf.tensor2d(numbers(40_000), [20_000, 2]), tf.tensor2d(numbers(60_000), [30_000, 2])];
const last = (x: tf.Tensor2D, n: number) => tf.reshape(tf.slice(x, [n - 1, 0], [1, 2]), [2]);
const inMemory = () => tf.add(last(large, 20_000), last(larger, 30_000));
const graphOf = (fn: (x: tf.Tensor) => tf.Tensor) => trace(([x]) => [fn(x!)], [{ dtype: 'float32', shape: [2] }], { name: 'f' });
const mixed = graphOf((x) => tf.add(tf.add(x, stored), inMemory()));

test('large constants in memory beside some in files move to a file of their own, which goes when the program goes', async () => {
  const release = vi.fn();
  const { graph, release: end } = spill({ graph: mixed, release }, 300_000);
  const file = (graph.constants.find((constant) => 'file' in constant && constant.file.path !== path) as FileConstant).file.path;
  const model = toOnnx(graph);
  expect(model.bytes.length).toBeLessThan(2000);
  const session = await ort.InferenceSession.create(model.bytes, { extra: { session: { model_external_initializers_file_folder_path: model.folder } } });
  const { output0 } = await session.run({ [model.inputNames[0]!]: new ort.Tensor('float32', [100, 200], [2]) });
  expect(output0!.data).toEqual(Float32Array.of(100 + 1 + 39_998 + 59_998, 200 + 2 + 39_999 + 59_999));
  await session.release();
  expect(release).not.toHaveBeenCalled();
  end();
  expect(release).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(existsSync(file)).toBe(false));
});

test('what fits into the model stays there, and so does what is in memory alone', () => {
  const release = () => {};
  for (const [graph, largest] of [[mixed, 400_000], [graphOf((x) => tf.add(x, inMemory())), 1]] as const) expect(spill({ graph, release }, largest).graph).toBe(graph);
});

test('files have a folder in common, if only that of their drive', () => {
  expect(commonFolder(['/a/b/c.bin', '/a/bc/d.bin'])).toBe('/a/');
  expect(commonFolder(['/a/b.bin', '/A/b.bin'])).toBe('/');
  expect(commonFolder(['c:\\models\\m.bin', 'C:\\Temp\\t.bin'])).toBe('c:\\');
  expect(commonFolder(['D:\\models\\m.bin', 'C:\\Temp\\t.bin'])).toBe('');
  expect(commonFolder(['\\\\server\\a\\m.bin', '\\\\SERVER\\a\\b\\t.bin'])).toBe('\\\\server\\a\\');
  for (const other of ['C:\\Temp\\t.bin', '\\\\server\\b\\t.bin', '\\\\other\\a\\t.bin', 't.bin']) expect(commonFolder(['\\\\server\\a\\m.bin', other])).toBe('');
});

// Windows has no such file; elsewhere the name stands for one in this folder.
test.skipIf(process.platform === 'win32')('a file on another drive than temporary ones is copied to theirs', async () => {
  const { graph: given, release: end } = spill({ graph: mixed, release: () => {} }, 300_000);
  const [ours] = given.constants.filter((constant): constant is FileConstant => 'file' in constant && constant.file.path === path);
  const elsewhere = 'D:\\weights.bin';
  copyFileSync(path, join(root, elsewhere));
  const before = process.cwd();
  process.chdir(root);
  try {
    const { graph, release } = spill({ graph: substitute(given, new Map([[ours!.id, { dtype: ours!.dtype, shape: ours!.shape, file: { path: elsewhere, offset: 0 } }]])), release: end });
    const model = toOnnx(graph);
    const session = await ort.InferenceSession.create(model.bytes, { extra: { session: { model_external_initializers_file_folder_path: model.folder } } });
    const { output0 } = await session.run({ [model.inputNames[0]!]: new ort.Tensor('float32', [100, 200], [2]) });
    expect(output0!.data).toEqual(Float32Array.of(100 + 1 + 39_998 + 59_998, 200 + 2 + 39_999 + 59_999));
    await session.release();
    release();
  } finally {
    process.chdir(before);
  }
});
