import { ShapeError } from '@prefix-tuning/base';
import { embedding, layerNorm } from '@prefix-tuning/jit';
import { add, split, type Tensor } from '@tensorflow/tfjs-core';
import { activations } from '../activation.js';
import { attend, type AttendOptions } from '../attend.js';
import type { ForwardInput, ForwardOutput, Parameters, Past, Slots } from '../family.js';
import { causalMask, defaultPositions, fromSlots, lengthBefore, linear, mergeHeads, runLayer, splitHeads, takeRows, toSlots, type LayerContext } from '../layers.js';
import type { GPT2Config } from './config.js';

/**
 * Hidden states of new tokens, each attending to the past and to the tokens before it.
 *
 *   x = wte[ids] + wpe[positions]
 *   x = x + Attention(LN(x)),  x = x + FeedForward(LN(x))   for each layer
 *   hidden = LN(x)
 *
 * @returns hidden float32 [B, T, C] or [1, N, C] of the rows asked for, present per layer float32 [B, H, S, D]
 * @throws ShapeError  if neither ids nor embeddings are given, or the past has another number of layers
 * @see Radford et al. 2019; transformers' GPT2Model, whose results these are
 */
export function forward(parameters: Parameters, config: GPT2Config, input: ForwardInput): ForwardOutput {
  const P = lengthBefore(input, config.layers, 'gpt2');
  const hooks = input.hooks ?? {};
  const embedded = embed(parameters, input, P);
  let x = hooks.afterEmbedding?.(embedded) ?? embedded;
  const T = (input.slots?.tokens ?? x).shape[1]!;
  const mask = causalMask(input, { T, S: P + T });
  const present: Past[number][] = [];
  const fresh: Past[number][] = [];
  for (let l = 0; l < config.layers; l++) {
    const layer: Layer = { parameters, config, l, hooks, slots: input.slots, rows: l === config.layers - 1 ? input.rows : undefined };
    x = runLayer(hooks, x, [input.past?.[l]], (x) => {
      const attended = selfAttend(layer, norm(layer, 'ln_1', x), { mask, past: input.past?.[l], prompt: input.prompt?.map((piece) => piece[l]!) });
      [present[l], fresh[l]] = [attended.present, attended.fresh];
      x = add(takeRows(x, layer.rows), hooks.afterAttention?.(l, attended.y) ?? attended.y);
      const fed = feedForward(layer, norm(layer, 'ln_2', x));
      x = add(x, hooks.afterFeedForward?.(l, fed) ?? fed);
      return hooks.afterLayer?.(l, x) ?? x;
    });
  }
  return { hidden: layerNorm(x, parameters['ln_f.weight']!, parameters['ln_f.bias']!, config.epsilon), present, fresh };
}

interface Layer extends LayerContext {
  readonly config: GPT2Config;
  readonly slots: Slots | undefined;
  /** Where alone the layer's output is wanted. */
  readonly rows: Tensor | undefined;
}

function embed(parameters: Parameters, { ids, embeddings, positions }: ForwardInput, P: number): Tensor {
  const tokens = embeddings ?? (ids && embedding(parameters['wte.weight']!, ids));
  if (!tokens) throw new ShapeError('gpt2: expected ids [B, T] or embeddings [B, T, C], got neither.');
  return add(tokens, embedding(parameters['wpe.weight']!, positions ?? defaultPositions(P, tokens.shape[1]!)));
}

const norm = ({ parameters, config, l }: Layer, name: string, x: Tensor): Tensor =>
  layerNorm(x, parameters[`h.${l}.${name}.weight`]!, parameters[`h.${l}.${name}.bias`]!, config.epsilon);

const project = (layer: Layer, part: string, x: Tensor): Tensor => linear(layer, `h.${layer.l}.${part}`, x, 'in-out');

function selfAttend(layer: Layer, x: Tensor, before: Pick<AttendOptions, 'mask' | 'past' | 'prompt'>) {
  const { config, l } = layer;
  const [q, key, value] = split(toSlots(project(layer, 'attn.c_attn', x), layer.slots), 3, -1).map((part) => splitHeads(part, config.heads)) as [Tensor, Tensor, Tensor];
  const fresh = { key, value };
  const scale = (config.scaleAttention ? config.headSize ** -0.5 : 1) / (config.scaleByLayer ? l + 1 : 1);
  const { y, present } = attend(q, fresh, { ...before, scale, hooks: layer.hooks });
  return { y: project(layer, 'attn.c_proj', takeRows(fromSlots(mergeHeads(y), layer.slots), layer.rows)), present, fresh };
}

function feedForward(layer: Layer, x: Tensor): Tensor {
  const active = activations[layer.config.activation](project(layer, 'mlp.c_fc', x));
  return project(layer, 'mlp.c_proj', layer.hooks.afterActivation?.(layer.l, active) ?? active);
}
