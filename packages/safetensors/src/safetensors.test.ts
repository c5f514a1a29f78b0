import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, FileError } from '@prefix-tuning/base';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeFloat16, openSafetensors, serializeSafetensors, toFloat32, WeightsError, writeFileAtomically, writeSafetensors, type TensorView } from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const golden = new URL('../test/goldens/', import.meta.url);

const f32 = (values: number[], shape = [values.length]): TensorView => ({ dtype: 'F32', shape, data: Float32Array.from(values) });

/** A file of the given JSON and so many bytes of data. */
function file(json: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (dtype: string, shape: unknown, offsets: unknown) => JSON.stringify({ dtype, shape, data_offsets: offsets });

describe('files written by the reference implementation', () => {
  test('every element type reads as Python wrote it', async () => {
    const expected = JSON.parse(await readFile(new URL('dtypes.json', golden), 'utf8')) as Record<string, { dtype: string; shape: number[]; values: (number | string)[] }>;
    const weights = await openSafetensors(await readFile(new URL('dtypes.safetensors', golden)));
    expect([...weights.tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { dtype, shape, values }] of Object.entries(expected)) {
      const view = await weights.read(name);
      expect([view.dtype, view.shape]).toEqual([dtype, shape]);
      expect([...toFloat32(view)], name).toEqual(Array.from(values, (value) => Math.fround(Number(value))));
    }
    expect(weights.metadata).toEqual({ format: 'pt', note: 'ünï "quoted"' });
  });

  test('what we write is byte for byte what Python writes', async () => {
    const bytes = await readFile(new URL('dtypes.safetensors', golden));
    const weights = await openSafetensors(bytes);
    const tensors = Object.fromEntries(await Promise.all([...weights.tensors.keys()].map(async (name) => [name, await weights.read(name)] as const)));
    expect(Buffer.compare(serializeSafetensors(tensors, { metadata: weights.metadata }), bytes)).toBe(0);
  });
});

describe('half floats', () => {
  test('all 65,536 decode and encode to themselves', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const values = toFloat32({ dtype: 'F16', shape: [bits.length], data: bits });
    const again = encodeFloat16(values);
    for (let i = 0; i < bits.length; i++) {
      if (Number.isNaN(values[i])) expect(again[i]! & 0x7e00).toBe(0x7e00);
      else if (again[i] !== i) throw new Error(`${i} became ${again[i]}`);
    }
  });

  test('rounding is to nearest, ties to even', () => {
    const next = (half: number) => toFloat32({ dtype: 'F16', shape: [1], data: Uint16Array.of(half) })[0]!;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.double({ min: 0, max: 1, noNaN: true }), (half, share) => {
        const [low, high] = [next(half), next(half + 1)];
        const x = Math.fround(low + (high - low) * share);
        const [below, above] = [x - low, high - x];
        const expected = below < above ? half : below > above ? half + 1 : half + (half % 2);
        expect(encodeFloat16(Float32Array.of(x, -x))).toEqual(Uint16Array.of(expected, expected | 0x8000));
      }),
    );
    expect(encodeFloat16(Float32Array.of(65519, 65520, Infinity))).toEqual(Uint16Array.of(0x7bff, 0x7c00, 0x7c00));
  });
});

describe('files', () => {
  test('tensors round-trip through a file, and through half precision', async () => {
    const path = join(folder, 'round.safetensors');
    const tensors = { b: f32([1.5, -2, 3.25, 0], [2, 2]), a: { dtype: 'I64', shape: [2], data: BigInt64Array.of(5n, -6n) } as const, empty: f32([], [0, 3]), scalar: f32([7], []) };
    await writeSafetensors(path, tensors, { metadata: { format: 'pt', __proto__x: 'y' } });
    const weights = await openSafetensors(path);
    for (const [name, view] of Object.entries(tensors)) expect(await weights.read(name)).toEqual(view);
    await weights.close();
    await writeSafetensors(path, tensors, { half: true });
    const half = await openSafetensors(new Blob([await readFile(path)]));
    expect(half.tensors.get('b')!.dtype).toBe('F16');
    expect(await half.readFloat32('b')).toEqual(tensors.b.data);
  });

  test('data that is made when its turn comes makes the same file, and is checked then', async () => {
    const [path, lazily] = [join(folder, 'now.safetensors'), join(folder, 'lazily.safetensors')];
    const tensors = { b: f32([1.5, -2, 3.25, 0], [2, 2]), a: f32([7]) };
    const order: string[] = [];
    await writeSafetensors(path, tensors);
    await writeSafetensors(lazily, Object.fromEntries(Object.entries(tensors).map(([name, view]) => [name, { ...view, data: () => (order.push(name), view.data) }])));
    expect(await readFile(lazily)).toEqual(await readFile(path));
    expect(order).toEqual(['a', 'b']);
    await expect(writeSafetensors(lazily, { a: { dtype: 'F32', shape: [2], data: () => Float32Array.of(1) } })).rejects.toThrow('tensor "a": expected 2 elements of F32');
    expect(await readFile(lazily)).toEqual(await readFile(path));
  });

  test('an option of writing that does not exist is refused by name', () => {
    expect(() => serializeSafetensors({}, { float16: true } as never)).toThrow('safetensors options: expected fields of metadata, half, got float16.');
  });

  test('a missing file, a folder, and a truncated file say what to do', async () => {
    const path = join(folder, 'model.safetensors');
    await writeSafetensors(path, { w: f32([1, 2, 3, 4]) });
    await truncate(path, (await readFile(path)).length - 3);
    await expect(openSafetensors(path)).rejects.toThrow(/model\.safetensors: expected \d+ bytes, got \d+: the file is truncated\. Download or copy it again\./);
    await expect(openSafetensors(path)).rejects.toBeInstanceOf(WeightsError);
    await expect(openSafetensors(join(folder, 'none'))).rejects.toBeInstanceOf(FileError);
    await expect(openSafetensors(folder)).rejects.toBeInstanceOf(FileError);
    await truncate(path, 5);
    await expect(openSafetensors(path)).rejects.toThrow('truncated');
  });

  test('a buffer opens as bytes do, and where there is no Node a path is refused', async () => {
    const { tensors } = await openSafetensors(serializeSafetensors({ w: f32([1]) }).buffer);
    expect([...tensors.keys()]).toEqual(['w']);
    vi.stubGlobal('process', undefined);
    try {
      await expect(openSafetensors('w.safetensors')).rejects.toThrow(/w\.safetensors: expected Node, .* got a browser/);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('a write that fails leaves the old file and nothing else', async () => {
    const own = await mkdtemp(join(folder, 'write-'));
    const path = join(own, 'w.safetensors');
    await writeFile(path, 'old');
    const broken = () => {
      throw new Error('disk full');
    };
    await expect(writeFileAtomically(path, [() => new Uint8Array(10), broken])).rejects.toBeInstanceOf(FileError);
    expect(await readdir(own)).toEqual(['w.safetensors']);
    expect(await readFile(path, 'utf8')).toBe('old');
    await expect(writeSafetensors(join(own, 'no', 'w.safetensors'), {})).rejects.toBeInstanceOf(FileError);
    expect(() => serializeSafetensors({ w: f32([1, 2], [3]) })).toThrow('expected 3 elements');
  });
});

describe('hostile headers', () => {
  const attacks: Record<string, [bytes: Uint8Array, message: RegExp]> = {
    'header longer than the file': [Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 123), /truncated/],
    'header of 2^63 bytes': [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), /header of at most/],
    'no JSON': [file('PK\u0003\u0004 pickle', 0), /expected "{"/],
    'not UTF-8': [Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /UTF-8/],
    overlap: [file(`{"a":${entry('F32', [2], [0, 8])},"b":${entry('F32', [2], [4, 12])}}`, 12), /overlaps/],
    hole: [file(`{"a":${entry('F32', [1], [0, 4])},"b":${entry('F32', [1], [8, 12])}}`, 12), /hole/],
    'negative offset': [file(`{"a":${entry('F32', [1], [-4, 0])}}`, 4), /not negative/],
    'offsets reversed': [file(`{"a":${entry('F32', [1], [4, 0])}}`, 4), /data_offsets \[4, 0\]/],
    'offsets that do not fit the shape': [file(`{"a":${entry('F32', [1], [0, 3])}}`, 3), /expected 4 bytes/],
    'three offsets': [file(`{"a":${entry('F32', [1], [0, 4, 8])}}`, 4), /two data_offsets/],
    'duplicate name': [file(`{"a":${entry('U8', [1], [0, 1])},"a":${entry('U8', [1], [0, 1])}}`, 1), /came twice/],
    'duplicate name in other letters': [file(`{"a":${entry('U8', [1], [0, 1])},"\\u0061":${entry('U8', [1], [1, 2])}}`, 2), /came twice/],
    'shape that wraps to the right size': [file(`{"a":${entry('U8', [9007199254740991, 2], [0, 2])}}`, 2), /size that fits/],
    'fractional shape': [file('{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}', 6), /expected "]"/],
    'a thousand dimensions': [file(`{"a":${entry('U8', Array(1000).fill(1), [0, 1])}}`, 1), /64 dimensions/],
    'unknown dtype': [file(`{"a":${entry('F7', [1], [0, 1])}}`, 1), /known dtype/],
    'missing field': [file('{"a":{"dtype":"F32","shape":[1]}}', 4), /dtype, shape and data_offsets/],
    'unknown field': [file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4), /expected dtype, shape or/],
    'metadata with a number': [file('{"__metadata__":{"a":1}}', 0), /expected a string/],
    'trailing bytes': [file(`{"a":${entry('U8', [1], [0, 1])}}`, 2), /added at the end/],
    'two values': [file('{}{}', 0), /end of the header/],
    'bad escape': [file('{"\\x":1}', 0), /expected a string/],
    'open string': [file('{"abc', 0), /expected a string/],
  };
  test.each(Object.entries(attacks))('%s is refused', async (_, [bytes, message]) => {
    const opening = openSafetensors(bytes);
    await expect(opening).rejects.toBeInstanceOf(WeightsError);
    await expect(opening).rejects.toThrow(message);
  });

  test('deep nesting and millions of values are refused at once', async () => {
    const started = performance.now();
    for (const json of ['['.repeat(20e6), '{"a":'.repeat(4e6), `{"a":{"dtype":${'['.repeat(20e6)}`, `{"a":{"shape":[${'0,'.repeat(10e6)}`, `{"${'a'.repeat(20e6)}`]) {
      await expect(openSafetensors(file(json, 0))).rejects.toBeInstanceOf(WeightsError);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  const mutations = 100_000;
  test(`${mutations} mutated headers are either read or refused with a WeightsError, in bounded time and memory`, async () => {
    const seeds = [
      serializeSafetensors({ a: f32([1, 2, 3, 4], [2, 2]), 'h.0.w': { dtype: 'F16', shape: [3], data: Uint16Array.of(1, 2, 3) } }),
      file(`{"x":${entry('U8', [2, 0], [0, 0])},"y":${entry('I32', [1], [0, 4])}}`, 4),
    ];
    const rng = createRng('fuzz');
    const alphabet = new TextEncoder().encode('{}[]",:0123456789-e.\\uaF \u0000');
    const counts = { read: 0, refused: 0 };
    const memoryBefore = process.resourceUsage().maxRSS;
    let slowest = 0;
    for (let i = 0; i < mutations; i++) {
      const bytes = seeds[i % seeds.length]!.slice();
      for (let n = 1 + rng.integer(3); n > 0; n--) {
        const at = rng.integer(10) === 0 ? rng.integer(8) : rng.integer(bytes.length);
        const kind = rng.integer(3);
        if (kind === 0) bytes[at] = rng.integer(256);
        else if (kind === 1) bytes[at] = alphabet[rng.integer(alphabet.length)]!;
        else bytes.copyWithin(at, rng.integer(bytes.length));
      }
      const before = process.cpuUsage();
      try {
        await openSafetensors(rng.integer(20) === 0 ? bytes.subarray(0, rng.integer(bytes.length)) : bytes);
        counts.read++;
      } catch (error) {
        if (!(error instanceof WeightsError)) throw error;
        counts.refused++;
      }
      const { user, system } = process.cpuUsage(before);
      slowest = Math.max(slowest, user + system);
    }
    expect(counts.read).toBeGreaterThan(mutations / 1000);
    expect(counts.refused).toBeGreaterThan(mutations / 10);
    // Headers of a few hundred bytes: whatever sizes they claim, none takes a quarter of a second or much memory.
    expect(slowest).toBeLessThan(250_000);
    expect(process.resourceUsage().maxRSS - memoryBefore).toBeLessThan(200_000);
  }, 600_000);
});
