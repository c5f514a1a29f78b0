import '@tensorflow/tfjs-backend-cpu';
import { createRng, ShapeError } from '@prefix-tuning/base';
import { add, mul, ones, slice, square, sum, tidy, valueAndGrads, type Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addInfix, createPrefix, expandPrefix, foldedPast, foldPrefix, prefixParameterShapes, prefixSize, sizeOf, toTensors } from './index.js';
import type { ParameterValues, PrefixSpec } from './index.js';

const small = { layers: 2, heads: 2, headDim: 3, length: 4 } as const;
const direct: PrefixSpec = { ...small, kind: 'direct' };
const reparametrised: PrefixSpec = { ...small, kind: 'reparametrised', width: 5, networkWidth: 7 };
const specs = [direct, reparametrised];

const values = (tensors: readonly { key: Tensor; value: Tensor }[]) =>
  tensors.flatMap(({ key, value }) => [...key.dataSync(), ...value.dataSync()]);

test('GPT-2 medium at length 5 keeps 245,760 numbers, the paper\'s 0.1%', () => {
  const spec: PrefixSpec = { kind: 'reparametrised', layers: 24, heads: 16, headDim: 64, length: 5, width: 1024, networkWidth: 512 };
  const { kept, keptBytes, trained } = prefixSize(spec);
  expect([kept, keptBytes]).toEqual([245_760, 983_040]);
  expect(trained).toBe(5 * 1024 + 1024 * 512 + 512 + 512 * 49_152 + 49_152);
});

test.each(specs)('a new $kind prefix has the shapes and the count that the formula says', (spec) => {
  const parameters = createPrefix(spec, createRng(1));
  const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
  expect(shapes).toEqual(prefixParameterShapes(spec));
  expect(Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0)).toBe(prefixSize(spec).trained);
});

test('one seed gives one prefix', () => {
  expect(createPrefix(reparametrised, createRng(3))).toEqual(createPrefix(reparametrised, createRng(3)));
  expect(createPrefix(reparametrised, createRng(3))).not.toEqual(createPrefix(reparametrised, createRng(4)));
});

test.each(specs)('a $kind prefix that starts at zero expands to zeros', (spec) => {
  const past = expandPrefix(toTensors(createPrefix(spec, createRng(1), 'zero')), spec);
  expect(values(past).every((value) => value === 0)).toBe(true);
});

test('slots go layer 0 key, layer 0 value, layer 1 key, ..., each [heads, headDim]', () => {
  const count = sizeOf([4, 2 * 2 * 2 * 3]);
  const data = Float32Array.from({ length: count }, (_, i) => i);
  const past = expandPrefix(toTensors({ 'embedding.weight': { dtype: 'float32', shape: [4, 24], data } }), direct);
  const at = (position: number, slot: number, [head, d]: [number, number]) => position * 24 + slot * 6 + head * 3 + d;
  past.forEach(({ key, value }, layer) =>
    [key, value].forEach((tensor, which) => {
      const got = tensor.arraySync() as number[][][][];
      expect(tensor.shape).toEqual([1, 2, 4, 3]);
      for (let p = 0; p < 4; p++) expect(got[0]![1]![p]![2]).toBe(at(p, 2 * layer + which, [1, 2]));
    }),
  );
});

test('MLP(E) is the network written out by hand', () => {
  const parameters = createPrefix(reparametrised, createRng(5), 'normal');
  const past = expandPrefix(toTensors(parameters), reparametrised);
  const rows = handRows(parameters, { length: 4, width: 5, hidden: 7, out: 24 });
  const key1 = past[1]!.key.arraySync() as number[][][][];
  for (let p = 0; p < 4; p++) expect(key1[0]![1]![p]![2]).toBeCloseTo(rows[p]![2 * 6 + 1 * 3 + 2]!, 6);
});

function handRows(parameters: ParameterValues, size: { length: number; width: number; hidden: number; out: number }): number[][] {
  const get = (name: string) => parameters[name]!.data;
  const layer = (x: ArrayLike<number>, name: string, sizes: [number, number]) =>
    Array.from({ length: sizes[0] }, (_, o) =>
      Array.from({ length: sizes[1] }, (_, i) => x[i]! * get(`${name}.weight`)[o * sizes[1] + i]!).reduce((a, b) => a + b, get(`${name}.bias`)[o]!),
    );
  return Array.from({ length: size.length }, (_, p) => {
    const embedding = get('embedding.weight').slice(p * size.width, (p + 1) * size.width);
    const hidden = layer(embedding, 'transform.0', [size.hidden, size.width]).map(Math.tanh);
    return layer(hidden, 'transform.2', [size.out, size.hidden]);
  });
}

test.each(specs)('folding a $kind prefix changes no number of it', async (spec) => {
  const parameters = createPrefix(spec, createRng(2));
  const folded = await foldPrefix(parameters, spec);
  expect(folded.rows.data.length).toBe(prefixSize(spec).kept);
  expect(values(foldedPast(folded))).toEqual(values(expandPrefix(toTensors(parameters), spec)));
});

test('every parameter has a gradient, equal to a finite difference', () => {
  const parameters = createPrefix(reparametrised, createRng(6), 'normal');
  const names = Object.keys(parameters);
  const loss = (...tensors: Tensor[]) =>
    expandPrefix(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])), reparametrised)
      .flatMap(({ key, value }, l) => [sum(mul(square(key), l + 1)), sum(mul(value, 0.3))])
      .reduce((a, b) => add(a, b)) as never;
  const at = (name: string, shift: number) =>
    tidy(() => {
      const tensors = toTensors({ ...parameters, [name]: { ...parameters[name]!, data: parameters[name]!.data.map((x, i) => (i === 1 ? x + shift : x)) } });
      return (loss(...names.map((n) => tensors[n]!)) as Tensor).dataSync()[0]!;
    });
  const { grads } = valueAndGrads(loss)(names.map((name) => toTensors(parameters)[name]!));
  names.forEach((name, i) => {
    const numeric = (at(name, 1e-2) - at(name, -1e-2)) / 2e-2;
    expect(grads[i]!.dataSync()[1]! / numeric).toBeCloseTo(1, 2);
  });
});

test('dropout multiplies the rows by its mask, for each row of the batch', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 2), { minLength: 2 * 4 * 24, maxLength: 2 * 4 * 24 }), (mask) => {
      const tensors = toTensors({ ...createPrefix(direct, createRng(1)), mask: { dtype: 'float32', shape: [2, 4, 24], data: Float32Array.from(mask) } });
      const past = expandPrefix({ 'embedding.weight': tensors['embedding.weight']! }, direct, { dropout: tensors.mask! });
      const plain = expandPrefix({ 'embedding.weight': tensors['embedding.weight']! }, direct);
      const [b, h, p, d] = [1, 1, 2, 1];
      const got = past[1]!.value.arraySync() as number[][][][];
      const expected = (plain[1]!.value.arraySync() as number[][][][])[0]![h]![p]![d]! * mask[(b * 4 + p) * 24 + 3 * 6 + h * 3 + d]!;
      expect(got[b]![h]![p]![d]).toBeCloseTo(expected, 6);
    }),
    { numRuns: 20 },
  );
});

test('parameters of other settings are refused, each by name', () => {
  const wrong = toTensors(createPrefix({ ...reparametrised, networkWidth: 8 }, createRng(1)));
  expect(() => expandPrefix(wrong, reparametrised)).toThrow(ShapeError);
  expect(() => expandPrefix(wrong, reparametrised)).toThrow(/transform\.0\.weight: expected \[7, 5\], got \[8, 5\]/);
  expect(() => createPrefix({ ...reparametrised, networkWidth: 0 }, createRng(1))).toThrow(/networkWidth/);
  expect(() => createPrefix(direct, 1 as never)).toThrow('prefix: expected a source of random numbers, got 1. Pass createRng(seed).');
});

test('an infix is added to the last positions of a cache that fits it, and to no other', () => {
  const parameters = toTensors(createPrefix(direct, createRng(1)));
  const cache = (layers: number, shape: [number, number, number, number]) => Array.from({ length: layers }, () => ({ key: ones(shape), value: ones(shape) }));
  const { key } = addInfix(cache(2, [1, 2, 6, 3]), parameters, direct)[0]!;
  const { key: added } = expandPrefix(parameters, direct)[0]!;
  expect(slice(key, [0, 0, 0, 0], [1, 2, 2, 3]).dataSync().every((value) => value === 1)).toBe(true);
  expect(slice(key, [0, 0, 2, 0], [1, 2, 4, 3]).dataSync()).toEqual(add(added, 1).dataSync());
  expect(() => addInfix(cache(2, [1, 2, 3, 3]), parameters, direct)).toThrow('addInfix: expected a cache of 2 layers of [B, 2, 4 or more, 3], got 2 layers with [1, 2, 3, 3].');
  expect(() => addInfix(cache(3, [1, 2, 6, 3]), parameters, direct)).toThrow('got 3 layers.');
  expect(() => addInfix(cache(2, [1, 1, 6, 3]), parameters, direct)).toThrow(ShapeError);
});
