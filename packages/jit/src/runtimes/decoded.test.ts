import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fs, { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { hostTensor, jit, onnxRuntime, storedTensor, trace, type Graph } from '../index.js';
import { decode } from './decoded.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jit-decoded-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** 16-bit numbers of which every program multiplies by three. */
const path = join(folder, 'weights.bin');
const K = 2 ** 20 + 3;
writeFileSync(path, Uint16Array.from({ length: K + 4 }, (_, i) => i % 251));
let decoded = 0;
const encoding = {
  bytesPerElement: 2,
  decode: (bytes: Uint8Array<ArrayBuffer>) => {
    decoded += bytes.length / 2;
    return Float32Array.from(new Uint16Array(bytes.buffer), (x) => 3 * x);
  },
};
const [long, short] = [storedTensor({ path, offset: 0 }, [K], encoding), storedTensor({ path, offset: 2 * K }, [4], encoding)];
const graphOf = (...tensors: tf.Tensor[]): Graph => trace(([x]) => tensors.map((tensor) => tf.add(x!, tensor)), [{ dtype: 'float32', shape: [1] }]);
const share = (graph: Graph, worth: number) => decode({ graph, release: vi.fn() }, worth);
const placesOf = ({ graph }: { graph: Graph }) => graph.constants.flatMap((constant) => ('file' in constant ? [constant.file] : []));

test('many numbers are decoded once, into a file that goes with the last program', () => {
  const first = share(graphOf(long, short), 4 * K);
  expect(decoded).toBe(K + 4);
  const [a, b] = placesOf(first);
  expect([a!.offset, b!.offset, a!.path]).toEqual([0, 4 * K, b!.path]);
  const copy = new Float32Array(fs.readFileSync(a!.path).buffer);
  expect(copy).toEqual(Float32Array.from({ length: K + 4 }, (_, i) => 3 * (i % 251)));
  const second = share(graphOf(short, long), 4 * K);
  expect(placesOf(second).map(({ offset }) => offset).sort()).toEqual([0, 4 * K]);
  expect(decoded).toBe(K + 4);
  first.release();
  expect(existsSync(a!.path)).toBe(true);
  second.release();
  expect(existsSync(a!.path)).toBe(false);
  const third = share(graphOf(long), 4 * K);
  expect(existsSync(placesOf(third)[0]!.path)).toBe(true);
  third.release();
});

test('no file is open for writing once a program may map it, or Windows would refuse', () => {
  const [opened, closed] = [vi.spyOn(fs, 'openSync'), vi.spyOn(fs, 'closeSync')];
  const programs = [share(graphOf(short), 16), share(graphOf(short, long), 4 * K)];
  expect(opened.mock.calls.filter(([, mode]) => mode === 'w')).toHaveLength(2);
  expect(closed).toHaveBeenCalledTimes(opened.mock.calls.length);
  const paths = new Set(programs.flatMap(placesOf).map(({ path: place }) => place));
  expect(paths.size).toBe(2);
  for (const { release } of programs) release();
  expect([...paths].some((place) => existsSync(place))).toBe(false);
  vi.restoreAllMocks();
});

test('few numbers, and those for which there is no room, are decoded into memory', () => {
  const inMemory = () => share(graphOf(short), 17).graph.constants.map((constant) => ('data' in constant ? [...constant.data] : []));
  const numbers = Array.from({ length: 4 }, (_, i) => 3 * ((K + i) % 251));
  expect(inMemory()).toEqual([numbers]);
  const statfs = vi.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 1, bsize: 15 } as ReturnType<typeof fs.statfsSync>);
  expect(share(graphOf(short), 16).graph.constants).toMatchObject([{ data: Float32Array.from(numbers) }]);
  statfs.mockRestore();
});

test('where the disk is full after all, what was begun is undone', () => {
  const release = vi.fn();
  const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw new Error('ENOSPC: no space left on device');
  });
  expect(() => decode({ graph: graphOf(long), release }, 1)).toThrow(/expected room for at least \d+ bytes of constants, got ENOSPC/);
  write.mockRestore();
  expect(release).toHaveBeenCalledOnce();
  const again = share(graphOf(short), 1);
  expect(placesOf(again)[0]!.offset).toBe(0);
  again.release();
});

test('a program of numbers that many share computes with them', async () => {
  const large = join(folder, 'large.bin');
  writeFileSync(large, new Uint16Array(8e6 + 1).fill(2));
  const stored = storedTensor({ path: large, offset: 0 }, [8e6 + 1], encoding);
  const program = jit((x: tf.Tensor) => tf.add(tf.sum(stored), x), { runtime: onnxRuntime() });
  expect((await program(hostTensor([1], [1]))).data[0]).toBeCloseTo(48e6 + 7, -2);
  await program.dispose();
});
