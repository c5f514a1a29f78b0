import { ShapeError } from '@prefix-tuning/base';
import { embedding } from '@prefix-tuning/jit';
import { add, concat, cos, gather, mean, mul, neg, reshape, rsqrt, sin, slice, square, tensor, cast, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { activations } from '../activation.js';
import { attend, type AttendOptions } from '../attend.js';
import type { ForwardInput, ForwardOutput, Parameters, Past, Slots } from '../family.js';
import { causalMask, defaultPositions, fromSlots, lengthBefore, linear, mergeHeads, runLayer, splitHeads, takeRows, toSlots, type LayerContext } from '../layers.js';
import type { LlamaConfig } from './config.js';
import { frequencies, type Rope } from './rope.js';

/** Cosine and sine of each position's angles, float32 [B or 1, 1, T, D]. */
interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

interface Layer extends LayerContext {
  readonly config: LlamaConfig;
  /** How queries and keys turn, if they do. */
  readonly rotation: Rotation | undefined;
  readonly slots: Slots | undefined;
  /** Where alone the layer's output is wanted. */
  readonly rows: Tensor | undefined;
}

/**
 * Hidden states of new tokens, each attending to the past and to the tokens before it.
 *
 *   x = embed[ids];  x = x + Attention(RMS(x)),  x = x + (act(RMS(x) W_g) * RMS(x) W_u) W_d   for each layer
 *
 * Queries and keys are rotated by their positions before they enter the past, and key heads serve groups of query heads. In some kinds
 * each head's queries and keys are normalised before that, or what is added to x is.
 *
 * @returns hidden float32 [B, T, C] or [1, N, C] of the rows asked for, present per layer float32 [B, G, S, D] with G key heads
 * @throws ShapeError  if neither ids nor embeddings are given, or the past has another number of layers
 * @see Touvron et al. 2023; transformers' LlamaModel, MistralModel, Qwen2Model, Qwen3Model, SmolLM3Model and Gemma3TextModel, whose results these are
 */
export function forward(parameters: Parameters, config: LlamaConfig, input: ForwardInput): ForwardOutput {
  const P = lengthBefore(input, config.layers, 'llama');
  const hooks = input.hooks ?? {};
  const embedded = input.embeddings ?? (input.ids && embedding(parameters['embed_tokens.weight']!, input.ids));
  if (!embedded) throw new ShapeError('llama: expected ids [B, T] or embeddings [B, T, C], got neither.');
  const scaled = config.embeddingScale === 1 ? embedded : mul(embedded, config.embeddingScale);
  let x = hooks.afterEmbedding?.(scaled) ?? scaled;
  const T = (input.slots?.tokens ?? x).shape[1]!;
  const mask = causalMask(input, { T, S: P + T });
  const positions = input.positions ?? defaultPositions(P, x.shape[1]!);
  const places = input.slots ? gather(reshape(positions, [-1]), input.slots.tokens as Tensor2D) : positions;
  const rotations = new Map([...new Set(config.ropes)].map((rope) => [rope, rope && rotate(places, rope, config.headSize)]));
  const present: Past[number][] = [];
  const fresh: Past[number][] = [];
  for (let l = 0; l < config.layers; l++) {
    const layer: Layer = { parameters, config, l, hooks, rotation: rotations.get(config.ropes[l]), slots: input.slots, rows: l === config.layers - 1 ? input.rows : undefined };
    x = runLayer(hooks, x, [input.past?.[l]], (x) => {
      const normed = (part: string, x: Tensor) => norm(layer, `layers.${l}.${part}_layernorm`, x);
      const attended = selfAttend(layer, normed('input', x), { mask, past: input.past?.[l], prompt: input.prompt?.map((piece) => piece[l]!) });
      [present[l], fresh[l]] = [attended.present, attended.fresh];
      const y = config.writeNorms ? normed('post_attention', attended.y) : attended.y;
      x = add(takeRows(x, layer.rows), hooks.afterAttention?.(l, y) ?? y);
      const fed = feedForward(layer, normed(config.writeNorms ? 'pre_feedforward' : 'post_attention', x));
      const z = config.writeNorms ? normed('post_feedforward', fed) : fed;
      x = add(x, hooks.afterFeedForward?.(l, z) ?? z);
      return hooks.afterLayer?.(l, x) ?? x;
    });
  }
  return { hidden: norm({ parameters, config }, 'norm', x), present, fresh };
}

/** x / sqrt(mean(x^2) + epsilon) * weight, of the last dimension; Zhang & Sennrich 2019 */
function norm({ parameters, config }: Pick<Layer, 'parameters' | 'config'>, name: string, x: Tensor): Tensor {
  const stored = parameters[`${name}.weight`]!;
  const weight = config.normOffset === 0 ? stored : add(stored, config.normOffset);
  return mul(mul(x, rsqrt(add(mean(square(x), -1, true), config.epsilon))), weight);
}

/** Angles of both halves of a head: number i turns with number i + D/2. */
function rotate(positions: Tensor, rope: Rope, D: number): Rotation {
  const half = frequencies(rope, D);
  const [B, T] = positions.shape as [number, number];
  const angles = mul(reshape(cast(positions, 'float32'), [B, 1, T, 1]), tensor([...half, ...half], [1, 1, 1, D]));
  return { cos: cos(angles), sin: sin(angles) };
}

/** x cos + (-x2, x1) sin, with x = (x1, x2) the halves of a head */
function turn(x: Tensor, rotation: Rotation | undefined): Tensor {
  if (!rotation) return x;
  const { cos, sin } = rotation;
  const half = x.shape[3]! / 2;
  const halves = [half, 0].map((start) => slice(x, [0, 0, 0, start], [-1, -1, -1, half])) as [Tensor, Tensor];
  return add(mul(x, cos), mul(concat([neg(halves[0]), halves[1]], 3), sin));
}

function selfAttend(layer: Layer, x: Tensor, before: Pick<AttendOptions, 'mask' | 'past' | 'prompt'>) {
  const { config, rotation } = layer;
  const name = `layers.${layer.l}.self_attn`;
  const heads = (part: string, count: number) => splitHeads(toSlots(linear(layer, `${name}.${part}`, x), layer.slots), count);
  const normed = (part: string, x: Tensor) => (config.headNorms ? norm(layer, `${name}.${part}`, x) : x);
  const q = turn(normed('q_norm', heads('q_proj', config.heads)), rotation);
  const key = turn(normed('k_norm', heads('k_proj', config.keyValueHeads)), rotation);
  const fresh = { key, value: heads('v_proj', config.keyValueHeads) };
  const { y, present } = attend(q, fresh, { ...before, scale: config.scoreScale, hooks: layer.hooks });
  return { y: linear(layer, `${name}.o_proj`, takeRows(fromSlots(mergeHeads(y), layer.slots), layer.rows)), present, fresh };
}

function feedForward(layer: Layer, x: Tensor): Tensor {
  const name = `layers.${layer.l}.mlp`;
  const gate = activations[layer.config.activation](linear(layer, `${name}.gate_proj`, x));
  const active = mul(gate, linear(layer, `${name}.up_proj`, x));
  return linear(layer, `${name}.down_proj`, layer.hooks.afterActivation?.(layer.l, active) ?? active);
}
