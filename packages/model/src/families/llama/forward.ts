import { ShapeError } from '@prefix-tuning/base';
import { embedding } from '@prefix-tuning/jit';
import { add, concat, cos, gather, mean, mul, neg, reshape, rsqrt, sin, slice, square, tensor, cast, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { activations } from '../activation.js';
import { attend, type AttendOptions } from '../attend.js';
import type { ForwardInput, ForwardOutput, Parameters, Past, Slots } from '../family.js';
import { causalMask, defaultPositions, fromSlots, lengthBefore, linear, mergeHeads, runLayer, splitHeads, takeRows, toSlots, type LayerContext } from '../layers.js';
import type { LlamaConfig } from './config.js';
import { frequencies } from './rope.js';

interface Layer extends LayerContext {
  readonly config: LlamaConfig;
  /** Cosine and sine of each position's angles, float32 [B or 1, 1, T, D]. */
  readonly rotation: { readonly cos: Tensor; readonly sin: Tensor };
  readonly slots: Slots | undefined;
  /** Where alone the layer's output is wanted. */
  readonly rows: Tensor | undefined;
}

/**
 * Hidden states of new tokens, each attending to the past and to the tokens before it.
 *
 *   x = embed[ids];  x = x + Attention(RMS(x)),  x = x + (act(RMS(x) W_g) * RMS(x) W_u) W_d   for each layer
 *
 * Queries and keys are rotated by their positions before they enter the past, and key heads serve groups of query heads.
 *
 * @returns hidden float32 [B, T, C] or [1, N, C] of the rows asked for, present per layer float32 [B, G, S, D] with G key heads
 * @throws ShapeError  if neither ids nor embeddings are given, or the past has another number of layers
 * @see Touvron et al. 2023; transformers' LlamaModel, whose results these are
 */
export function forward(parameters: Parameters, config: LlamaConfig, input: ForwardInput): ForwardOutput {
  const P = lengthBefore(input, config.layers, 'llama');
  const hooks = input.hooks ?? {};
  const embedded = input.embeddings ?? (input.ids && embedding(parameters['embed_tokens.weight']!, input.ids));
  if (!embedded) throw new ShapeError('llama: expected ids [B, T] or embeddings [B, T, C], got neither.');
  let x = hooks.afterEmbedding?.(embedded) ?? embedded;
  const T = (input.slots?.tokens ?? x).shape[1]!;
  const mask = causalMask(input, { T, S: P + T });
  const positions = input.positions ?? defaultPositions(P, x.shape[1]!);
  const rotation = rotate(input.slots ? gather(reshape(positions, [-1]), input.slots.tokens as Tensor2D) : positions, config);
  const present: Past[number][] = [];
  const fresh: Past[number][] = [];
  for (let l = 0; l < config.layers; l++) {
    const layer: Layer = { parameters, config, l, hooks, rotation, slots: input.slots, rows: l === config.layers - 1 ? input.rows : undefined };
    x = runLayer(hooks, x, [input.past?.[l]], (x) => {
      const attended = selfAttend(layer, norm(layer, `layers.${l}.input_layernorm`, x), { mask, past: input.past?.[l], prompt: input.prompt?.map((piece) => piece[l]!) });
      [present[l], fresh[l]] = [attended.present, attended.fresh];
      x = add(takeRows(x, layer.rows), hooks.afterAttention?.(l, attended.y) ?? attended.y);
      const fed = feedForward(layer, norm(layer, `layers.${l}.post_attention_layernorm`, x));
      x = add(x, hooks.afterFeedForward?.(l, fed) ?? fed);
      return hooks.afterLayer?.(l, x) ?? x;
    });
  }
  return { hidden: norm({ parameters, config }, 'norm', x), present, fresh };
}

/** x / sqrt(mean(x^2) + epsilon) * weight; Zhang & Sennrich 2019 */
function norm({ parameters, config }: Pick<Layer, 'parameters' | 'config'>, name: string, x: Tensor): Tensor {
  return mul(mul(x, rsqrt(add(mean(square(x), -1, true), config.epsilon))), parameters[`${name}.weight`]!);
}

/** Angles of both halves of a head: number i turns with number i + D/2. */
function rotate(positions: Tensor, { headSize: D, rope }: LlamaConfig): Layer['rotation'] {
  const half = frequencies(rope, D);
  const [B, T] = positions.shape as [number, number];
  const angles = mul(reshape(cast(positions, 'float32'), [B, 1, T, 1]), tensor([...half, ...half], [1, 1, 1, D]));
  return { cos: cos(angles), sin: sin(angles) };
}

/** x cos + (-x2, x1) sin, with x = (x1, x2) the halves of a head */
function turn(x: Tensor, { cos, sin }: Layer['rotation']): Tensor {
  const half = x.shape[3]! / 2;
  const halves = [half, 0].map((start) => slice(x, [0, 0, 0, start], [-1, -1, -1, half])) as [Tensor, Tensor];
  return add(mul(x, cos), mul(concat([neg(halves[0]), halves[1]], 3), sin));
}

function selfAttend(layer: Layer, x: Tensor, before: Pick<AttendOptions, 'mask' | 'past' | 'prompt'>) {
  const { config, rotation } = layer;
  const name = `layers.${layer.l}.self_attn`;
  const heads = (part: string, count: number) => splitHeads(toSlots(linear(layer, `${name}.${part}`, x), layer.slots), count);
  const q = turn(heads('q_proj', config.heads), rotation);
  const fresh = { key: turn(heads('k_proj', config.keyValueHeads), rotation), value: heads('v_proj', config.keyValueHeads) };
  const { y, present } = attend(q, fresh, { ...before, hooks: layer.hooks });
  return { y: linear(layer, `${name}.o_proj`, takeRows(fromSlots(mergeHeads(y), layer.slots), layer.rows)), present, fresh };
}

function feedForward(layer: Layer, x: Tensor): Tensor {
  const name = `layers.${layer.l}.mlp`;
  const gate = activations[layer.config.activation](linear(layer, `${name}.gate_proj`, x));
  const active = mul(gate, linear(layer, `${name}.up_proj`, x));
  return linear(layer, `${name}.down_proj`, layer.hooks.afterActivation?.(layer.l, active) ?? active);
}
