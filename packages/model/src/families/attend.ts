import { attention } from '@prefix-tuning/jit';
import { add, concat, matMul, mul, reshape, slice, softmax, type Tensor } from '@tensorflow/tfjs-core';
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
 */
export function attend(q: Tensor, fresh: KeyValue, { past, mask, scale = q.shape[3]! ** -0.5, hooks = {} }: AttendOptions): Attended {
  const present = { key: appendTime(past?.key, fresh.key), value: appendTime(past?.value, fresh.value) };
  const oneToken = q.shape[2] === 1 && past !== undefined && past.key.shape[2]! > 0 && past.key.shape[0] === q.shape[0] && !hooks.attentionKeep;
  return { y: oneToken ? attendInParts(q, fresh, { past, mask, scale }) : attention(q, present.key, present.value, mask, { scale, ...attentionKeep(hooks, q, present.key) }), present };
}

/**
 * One token's attention to the past and to itself apart, so that a program that decodes never copies the past to put
 * one key behind it. Query heads that share a key head stand where tokens would.
 */
function attendInParts(q: Tensor, fresh: KeyValue, { past, mask, scale }: { past: KeyValue; mask: Tensor | undefined; scale: number }): Tensor {
  const [B, G, P, D] = past.key.shape as [number, number, number, number];
  const queries = reshape(q, [B, G, q.shape[1]! / G, D]);
  // Scaled after joining: ONNX Runtime would fuse the factor into the product, which then leaves its fast path for one row.
  const scores = mul(concat([matMul(queries, past.key, false, true), matMul(queries, fresh.key, false, true)], 3), scale);
  const weights = softmax(mask ? add(scores, mask) : scores);
  const before = matMul(slice(weights, [0, 0, 0, 0], [-1, -1, -1, P]), past.value);
  return reshape(add(before, mul(slice(weights, [0, 0, 0, P], [-1, -1, -1, 1]), fresh.value)), q.shape);
}
