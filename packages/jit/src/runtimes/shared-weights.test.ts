import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { toOnnx } from '../graph/onnx.js';
import { staggerRows } from '../graph/stagger.js';
import { storedTensor, trace, type Graph, type OnnxRuntimeModule } from '../index.js';
import { savingWith } from './onnx.js';
import { QuantisedWeights } from './quantised.js';
import { SharedWeights, type SaveSession } from './shared-weights.js';

const root = mkdtempSync(join(tmpdir(), 'jit-shared-'));
const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i));
const path = join(root, 'weights.bin');
writeFileSync(path, new Uint8Array(numbers(2048 * 520).buffer));
/** 1,024 wide, so that rows are set apart where enough of them multiply it. */
const stored = storedTensor({ path, offset: 0 }, [1024, 1040]) as tf.Tensor2D;
const held = tf.tensor2d(numbers(1040 * 70), [1040, 70]);

const forward = (x: tf.Tensor) => tf.matMul(tf.matMul(x as tf.Tensor2D, stored), held);
const both = (x: tf.Tensor) => tf.matMul(tf.matMul(forward(x) as tf.Tensor2D, held, false, true), stored, false, true);
const graphOf = (rows: number, fn: (x: tf.Tensor) => tf.Tensor): Graph =>
  staggerRows(trace(([x]) => [fn(x!)], [{ dtype: 'float32', shape: [rows, 1024] }], { name: 'products' }));

const save = savingWith(ort as unknown as OnnxRuntimeModule, { session: {}, weights: 'packed', alone: true, ownKernels: true, inNode: true });

async function run(graph: Graph): Promise<Float32Array> {
  const { bytes, folder, external, inputNames } = toOnnx(graph);
  const session = await ort.InferenceSession.create(bytes, { externalData: [...external], extra: { session: { model_external_initializers_file_folder_path: folder ?? '' } } });
  const [, rows] = [inputNames, graph.inputs[0]!.shape[0]!];
  const { output0 } = await session.run({ [inputNames[0]!]: new ort.Tensor('float32', numbers(rows! * 1024), [rows!, 1024]) });
  await session.release();
  return output0!.data as Float32Array;
}

const always = { fewest: 0, alone: 0, atATime: 256e6 };

/** Files of weights that this process keeps. */
const files = () => readdirSync(root).filter((name) => name.startsWith(`prefix-tuning-weights-${process.pid}-`)).flatMap((name) => readdirSync(join(root, name)));

// Windows has the other one.
beforeAll(() => ['TMPDIR', 'TEMP'].forEach((name) => vi.stubEnv(name, root)));
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

test('programs that share packed weights compute what they would alone, from one file', async () => {
  const weights = new SharedWeights(always);
  const first = await weights.share(graphOf(4, both), save);
  expect(files()).toHaveLength(1);
  const [second, third] = await Promise.all([weights.share(graphOf(6, both), save), weights.share(graphOf(7, forward), save)]);
  expect(files()).toHaveLength(1);
  expect(await run(first.graph)).toEqual(await run(graphOf(4, both)));
  expect(await run(second!.graph)).toEqual(await run(graphOf(6, both)));
  expect(await run(third!.graph)).toEqual(await run(graphOf(7, forward)));
  // Rows set apart are multiplied by another matrix; the one that is as it was is read where it lies.
  const apart = await weights.share(graphOf(8, both), save);
  expect(files()).toHaveLength(2);
  expect(await run(apart.graph)).toEqual(await run(graphOf(8, both)));
  for (const shared of [first, second!, third!]) shared.release();
  expect(files()).toHaveLength(2);
  apart.release();
  apart.release();
  expect(files()).toEqual([]);
});

test('the first program packs for itself where there is room, as there may be no second', async () => {
  const weights = new SharedWeights({ ...always, alone: 1e9 });
  const graph = graphOf(4, both);
  expect((await weights.share(graph, save)).graph).toBe(graph);
  const second = await weights.share(graphOf(6, both), save);
  expect(files()).toHaveLength(1);
  second.release();
  const known = new SharedWeights({ ...always, alone: 1e9 });
  const first = await known.share(graph, save, { alone: false });
  expect(first.graph).not.toBe(graph);
  first.release();
});

test('a copy that is not there yet is made: of the other way in which a product reads', async () => {
  const weights = new SharedWeights(always);
  const one = await weights.share(graphOf(4, forward), save);
  const two = await weights.share(graphOf(4, both), save);
  expect(files()).toHaveLength(2);
  expect(await run(two.graph)).toEqual(await run(graphOf(4, both)));
  one.release();
  two.release();
  expect(files()).toEqual([]);
});

test('a matrix that multiplies rows read transposed', async () => {
  const weights = new SharedWeights(always);
  const graph = graphOf(1024, (x) => tf.matMul(x as tf.Tensor2D, stored, true));
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Gemm']);
  const shared = await weights.share(graph, save);
  expect(files()).toHaveLength(1);
  expect(await run(shared.graph)).toEqual(await run(graph));
  shared.release();
});

test('matrices in eight bits share their packed copies too, beside those that stay float32', async () => {
  const weights = new SharedWeights(always);
  // What softmax made is multiplied in float32.
  const rounded = new QuantisedWeights().in(graphOf(4, (x) => both(tf.matMul(tf.softmax(tf.matMul(x as tf.Tensor2D, stored)), stored, false, true))));
  const shared = await weights.share(rounded.graph, save);
  const packed = shared.graph.constants.flatMap((constant) => ('file' in constant ? [[constant.dtype, constant.packed?.length]] : []));
  expect(packed.sort()).toEqual([['float32', 1], ['int8', 1], ['int8', 1], ['int8', 1], ['int8', 1]]);
  expect(await run(shared.graph)).toEqual(await run(rounded.graph));
  shared.release();
  rounded.release();
  expect(files()).toEqual([]);
});

test.skipIf(!existsSync('/proc/self/smaps'))('products read the mapped file, and no copy of it', async () => {
  const shared = await new SharedWeights(always).share(graphOf(4, both), save);
  const { bytes, folder, inputNames } = toOnnx(shared.graph);
  const session = await ort.InferenceSession.create(bytes, { extra: { session: { model_external_initializers_file_folder_path: folder! } } });
  await session.run({ [inputNames[0]!]: new ort.Tensor('float32', numbers(4 * 1024), [4, 1024]) });
  // Each of the two matrices is read in both ways.
  expect(residentBytes()).toBeGreaterThan(2 * 4 * (1024 * 1040 + 1040 * 70));
  await session.release();
  expect(residentBytes()).toBe(0);
  shared.release();
});

/** Bytes of the weights' files that are in this process's memory. */
function residentBytes(): number {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const ours = mappings.filter((mapping) => mapping.split('\n')[0]!.endsWith('.bin') && mapping.includes(`prefix-tuning-weights-${process.pid}-`));
  return ours.reduce((sum, mapping) => sum + 1024 * Number(/^Rss:\s+(\d+)/m.exec(mapping)![1]), 0);
}

test('small weights are not worth a file', async () => {
  const graph = graphOf(4, both);
  expect((await new SharedWeights().share(graph, save)).graph).toBe(graph);
});

test.each<[string, SaveSession]>([
  ['nothing', async () => { throw new Error('No space left on device.'); }],
  ['a part', async (model, to) => {
    await save(model, to);
    truncateSync(join(to.model, '..', to.weights), 5_000_000);
  }],
])('where %s could be written programs pack for themselves, which is said once', async (_, failing) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const weights = new SharedWeights(always);
  for (let i = 0; i < 2; i++) {
    const graph = graphOf(4, both);
    expect((await weights.share(graph, failing)).graph).toBe(graph);
  }
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/^jit: .*(TMPDIR|TEMP)/);
  expect(files()).toEqual([]);
});

test('what was written before a later file failed goes too', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const weights = new SharedWeights({ ...always, atATime: 1 });
  let saved = 0;
  const graph = graphOf(4, both);
  const second: SaveSession = async (model, to) => {
    if (saved++ > 0) throw new Error('No space left on device.');
    await save(model, to);
  };
  expect((await weights.share(graph, second)).graph).toBe(graph);
  expect([saved, warn.mock.calls.length, files()]).toEqual([2, 1, []]);
});

test('what a killed process left is removed', async () => {
  const left = join(root, 'prefix-tuning-weights-4194999-abc');
  mkdirSync(left);
  (await new SharedWeights(always).share(graphOf(4, forward), save)).release();
  expect(existsSync(left)).toBe(false);
});
