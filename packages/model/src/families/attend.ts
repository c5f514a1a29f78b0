import { ShapeError } from '@prefix-tuning/base';
import { attention } from '@prefix-tuning/jit';
import { add, concat, matMul, mul, reshape, slice, softmax, transpose, type Tensor } from '@tensorflow/tfjs-core';
import type { Hooks, Past } from './family.js';
import { appendTime, attentionKeep } from './layers.js';

type KeyValue = Past[number];

export interface Attended {
  /** float32 [B, H, T, D] */
  readonly y: Tensor;
  /** The past with the new keys and values behind it. */
  readonly present: KeyValue;
}

export interface AttendOptions {
  readonly past?: KeyValue | undefined;
  /** What rows share before their past, in pieces [E, G, P, D]; for one new token. */
  readonly prompt?: readonly KeyValue[] | undefined;
  /** Added to scores, broadcastable to [B, 1, T, S]. */
  readonly mask?: Tensor | undefined;
  /** 1 / sqrt(D) unless given. */
  readonly scale?: number;
  readonly hooks?: Hooks;
}

/**
 * Attention of T new tokens to the past and to each other.
 *
 * @param q  float32 [B, H, T, D]
 * @param fresh  key and value float32 [B, G, T, D], G dividing H
 * @throws ShapeError  if there is a prompt before more than one new token, or one whose rows do not divide B
 */
export function attend(q: Tensor, fresh: KeyValue, { past, prompt = [], mask, scale = q.shape[3]! ** -0.5, hooks = {} }: AttendOptions): Attended {
  const [B, , T] = q.shape as [number, number, number];
  const misfit = prompt.find(({ key }) => T !== 1 || B % key.shape[0]! !== 0);
  if (misfit) throw new ShapeError(`attend: prompt: expected one new token and a number of rows that divides ${B}, got ${T} and ${misfit.key.shape[0]}.`);
  const present = { key: appendTime(past?.key, fresh.key), value: appendTime(past?.value, fresh.value) };
  const longPast = past !== undefined && past.key.shape[2]! > 0 && past.key.shape[0] === B;
  if (prompt.length > 0 || (T === 1 && longPast && !hooks.attentionKeep)) {
    return { y: attendInParts(q, [...prompt, ...(past ? [past] : []), fresh], { mask, scale }), present };
  }
  return { y: attention(q, present.key, present.value, mask, { scale, ...attentionKeep(hooks, q, present.key) }), present };
}

/**
 * Attention to keys and values that stand in several tensors, so that a program that decodes never copies the past to put
 * one key behind it, and reads what rows share once. Query heads that share a key head stand where tokens would, of
 * which there is one then.
 *
 * @param q  float32 [B, H, T, D]
 * @param parts  float32 [E, G, P, D], E dividing B; T = 1 or G = H
 */
export function attendInParts(q: Tensor, parts: readonly KeyValue[], { mask, scale }: { mask: Tensor | undefined; scale: number }): Tensor {
  const [B, H, T, D] = q.shape as [number, number, number, number];
  const G = parts[0]!.key.shape[1]!;
  const queries = reshape(q, [B, G, (H / G) * T, D]);
  const scores = parts.map(({ key }) => apart(matMul(together(queries, key.shape[0]!), key, false, true), B));
  // Scaled after joining: ONNX Runtime would fuse the factor into the product, which then leaves its fast path for one row.
  const joined = mul(concat(scores, 3), scale);
  const weights = softmax(mask ? add(joined, mask) : joined);
  let start = 0;
  const sums = parts.map(({ value }) => {
    const own = slice(weights, [0, 0, 0, start], [-1, -1, -1, value.shape[2]!]);
    start += value.shape[2]!;
    // A token's own value needs no product.
    return value.shape[2] === 1 && value.shape[0] === B ? mul(own, value) : apart(matMul(together(own, value.shape[0]!), value), B);
  });
  return reshape(sums.reduce((sum, part) => add(sum, part)), q.shape);
}

/** [B, G, N, D] to [E, G, B / E x N, D]: rows that share keys become queries beside each other. */
function together(x: Tensor, E: number): Tensor {
  const [B, G, N, D] = x.shape as [number, number, number, number];
  return B === E ? x : reshape(transpose(reshape(x, [E, B / E, G, N, D]), [0, 2, 1, 3, 4]), [E, G, (B / E) * N, D]);
}

/** The way back, [E, G, B / E x N, D] to [B, G, N, D]. */
function apart(x: Tensor, B: number): Tensor {
  const [E, G, M, D] = x.shape as [number, number, number, number];
  return B === E ? x : reshape(transpose(reshape(x, [E, G, B / E, (M * E) / B, D]), [0, 2, 1, 3, 4]), [B, G, (M * E) / B, D]);
}
