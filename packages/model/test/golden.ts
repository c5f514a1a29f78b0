import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHost, toTensor, type HostTensor } from '@prefix-tuning/jit';
import { openSafetensors, toFloat32 } from '@prefix-tuning/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** JSON that a script in tools/goldens wrote. */
export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`goldens/${name}.json`, import.meta.url), 'utf8')) as T;
}

export interface Golden {
  host(name: string): HostTensor;
  tensor(name: string): Tensor;
  readonly names: readonly string[];
}

/** Tensors that a script in tools/goldens wrote. */
export async function goldenTensors(name: string): Promise<Golden> {
  const file = await openSafetensors(fileURLToPath(new URL(`goldens/${name}.safetensors`, import.meta.url)));
  const hosts = new Map<string, HostTensor>();
  for (const [key, { dtype, shape }] of file.tensors) {
    const view = await file.read(key);
    hosts.set(key, dtype === 'I32' ? { dtype: 'int32', shape, data: view.data as Int32Array } : { dtype: 'float32', shape, data: toFloat32(view) });
  }
  await file.close();
  const host = (key: string) => {
    const found = hosts.get(key);
    if (!found) throw new Error(`golden ${name}: no tensor ${key}`);
    return found;
  };
  return { host, tensor: (key) => toTensor(host(key)), names: [...hosts.keys()] };
}

type Values = Tensor | HostTensor;
const asHost = (x: Values): HostTensor => ('dataSync' in x ? toHost(x) : x);

/** Largest difference of two tensors of one shape, divided by the largest expected value when relative. */
export function difference(actual: Values, expected: Values, kind: 'absolute' | 'relative' = 'absolute'): number {
  const [a, b] = [asHost(actual), asHost(expected)];
  expect(a.shape).toEqual(b.shape);
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < b.data.length; i++) {
    // NaN must not pass.
    const gap = Math.abs(a.data[i]! - b.data[i]!);
    worst = gap <= worst ? worst : gap;
    scale = Math.max(scale, Math.abs(b.data[i]!));
  }
  return kind === 'relative' ? worst / Math.max(scale, 1e-12) : worst;
}
