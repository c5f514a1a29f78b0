import { ShapeError } from '@prefix-tuning/base';
import { broadcast, moveRows } from '@prefix-tuning/jit';
import { add, concat, expandDims, gather, matMul, mul, reshape, sub, tensor, transpose, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { ForwardInput, Hooks, Parameters, Past, Slots } from './family.js';

/** Added to the score of a hidden key; small enough that two of them still fit a float. */
const hidden = -1e9;

/** What a layer's parts read: parameters, hooks, and the number of the layer. */
export interface LayerContext {
  readonly parameters: Parameters;
  readonly hooks: Hooks;
  readonly l: number;
}

/**
 * x W + b, for the parameters `name.weight` and, if there is one, `name.bias`.
 *
 * @param x  float32 [B, T, in]
 * @param stored  how the checkpoint stores W: GPT-2 alone has `in-out`
 * @returns float32 [B, T, out]
 */
export function linear({ parameters, hooks }: Pick<LayerContext, 'parameters' | 'hooks'>, name: string, x: Tensor, stored: 'in-out' | 'out-in' = 'out-in'): Tensor {
  const weight = parameters[`${name}.weight`] as Tensor2D;
  const bias = parameters[`${name}.bias`];
  const [B, T, C] = x.shape as [number, number, number];
  const product = matMul(reshape(x, [B * T, C]) as Tensor2D, weight, false, stored === 'out-in');
  const output = reshape(bias ? add(product, bias) : product, [B, T, product.shape[1]!]);
  return hooks.linear?.(name, x, output) ?? output;
}

/** One layer, run as a hook may say; keys and values that it attends to carry gradients into it. */
export function runLayer(hooks: Hooks, x: Tensor, attended: readonly (Past[number] | undefined)[], run: (x: Tensor) => Tensor): Tensor {
  const reads = attended.flatMap((past) => (past ? [past.key, past.value] : []));
  return hooks.layer ? hooks.layer(x, run, reads) : run(x);
}

/**
 * float32 [1, N, C] of some rows of [B, T, C]; all of it unless rows are given. A model takes them as soon as its last
 * layer has looked at other tokens.
 */
export function takeRows(x: Tensor, rows: Tensor | undefined): Tensor {
  return rows ? expandDims(gather(reshape(x, [-1, x.shape[2]!]) as Tensor2D, rows as Tensor1D), 0) : x;
}

/** float32 [..., C] times the transpose of W, float32 [V, C] */
export function project(hidden: Tensor, weights: Tensor): Tensor {
  const rows = reshape(hidden, [-1, weights.shape[1]!]) as Tensor2D;
  return reshape(matMul(rows, weights as Tensor2D, false, true), [...hidden.shape.slice(0, -1), weights.shape[0]!]);
}

/** [1, N, C] to [B, T, C] where tokens attend in slots of their own. */
export function toSlots(x: Tensor, slots: Slots | undefined): Tensor {
  if (!slots) return x;
  const C = x.shape[2]!;
  return reshape(moveRows(reshape(x, [-1, C]), reshape(slots.tokens, [-1]), slots.places), [...slots.tokens.shape, C]);
}

/** The way back, [B, T, C] to [1, N, C]. */
export function fromSlots(x: Tensor, slots: Slots | undefined): Tensor {
  return slots ? expandDims(moveRows(reshape(x, [-1, x.shape[2]!]), slots.places, reshape(slots.tokens, [-1])), 0) : x;
}

/** [B, T, H * D] to [B, H, T, D] */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [B, T, C] = x.shape as [number, number, number];
  return transpose(reshape(x, [B, T, heads, C / heads]), [0, 2, 1, 3]);
}

/** [B, H, T, D] to [B, T, H * D] */
export function mergeHeads(x: Tensor): Tensor {
  const [B, H, T, D] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [B, T, H * D]);
}

/** Puts past keys or values before new ones along time; a past of one row serves every row. */
export function appendTime(past: Tensor | undefined, fresh: Tensor): Tensor {
  if (!past || past.shape[2] === 0) return fresh;
  const [B, H, , D] = fresh.shape as [number, number, number, number];
  return concat([broadcast(past, [B, H, past.shape[2]!, D]), fresh], 2);
}

/**
 * What is added to attention scores: hides keys after each query, and keys that `mask` drops.
 *
 * @param size.T  queries, the last T of S keys
 * @returns float32 [B or 1, 1, T, S], or undefined when nothing is hidden
 */
export function causalMask({ mask, attentionMask }: Pick<ForwardInput, 'mask' | 'attentionMask'>, size: { T: number; S: number }): Tensor | undefined {
  const dropped = mask && keyMask(mask);
  if (attentionMask) return dropped ? add(attentionMask, dropped) : attentionMask;
  const causal = size.T > 1 ? causalTriangle(size) : undefined;
  return causal && dropped ? add(causal, dropped) : (causal ?? dropped);
}

/** float32 [B, S] of 1 and 0 to float32 [B, 1, 1, S] to add to scores */
export const keyMask = (mask: Tensor): Tensor => mul(sub(1, expandDims(expandDims(mask, 1), 1)), hidden);

function causalTriangle({ T, S }: { T: number; S: number }): Tensor {
  const values = new Float32Array(T * S);
  for (let t = 0; t < T; t++) values.fill(hidden, t * S + (S - T) + t + 1, (t + 1) * S);
  return tensor(values, [1, 1, T, S]);
}

/** int32 [1, T]: P, P + 1, ... */
export function defaultPositions(P: number, T: number): Tensor {
  return tensor(Int32Array.from({ length: T }, (_, t) => P + t), [1, T], 'int32');
}

/** P, the length of a prompt and a past. Throws a ShapeError unless each has this many layers of one length. */
export const lengthBefore = ({ past, prompt = [] }: Pick<ForwardInput, 'past' | 'prompt'>, layers: number, where: string): number =>
  [...prompt, past].reduce((sum, some) => sum + pastLength(some, layers, where), 0);

/** Length of a past. Throws a ShapeError unless it has this many layers of one length. */
export function pastLength(past: Past | undefined, layers: number, where: string): number {
  if (!past) return 0;
  const lengths = new Set(past.flatMap(({ key, value }) => [key.shape[2], value.shape[2]]));
  if (past.length !== layers || lengths.size !== 1) {
    throw new ShapeError(`${where}: past: expected ${layers} layers of one length, got ${past.length} layers of lengths ${[...lengths].join(', ')}.`, {
      details: { layers, lengths: [...lengths] },
    });
  }
  return past[0]!.key.shape[2]!;
}

/** What attention of these queries and keys is multiplied with, if a hook says so. */
export function attentionKeep({ attentionKeep }: Hooks, q: Tensor, k: Tensor): { keep?: Tensor } {
  const keep = attentionKeep?.([...q.shape.slice(0, 3), k.shape[2]!]);
  return keep ? { keep } : {};
}
