import { ShapeError } from '@prefix-tuning/base';
import { attention, embedding, layerNorm } from '@prefix-tuning/jit';
import { add, cast, mul, pad, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { activations } from '../activation.js';
import { attend, attendInParts, type AttendOptions } from '../attend.js';
import type { Encoder, ForwardInput, ForwardOutput, Parameters, Past } from '../family.js';
import { appendTime, attentionKeep, causalMask, defaultPositions, keyMask, lengthBefore, linear, mergeHeads, pastLength, runLayer, splitHeads, takeRows, type LayerContext } from '../layers.js';
import type { BartConfig } from './config.js';
import { positionOffset } from './parameters.js';

const epsilon = 1e-5;

interface Layer extends LayerContext {
  readonly config: BartConfig;
  /** Path of the layer, such as `encoder.layers.0`. */
  readonly path: string;
  readonly heads: number;
}

type KeyValue = Past[number];

/**
 * Hidden states of a source: each token attends to the past and to every token that the mask keeps.
 *
 *   x = LN(embed(ids) + positions);  x = LN(x + Attention(x)),  x = LN(x + FeedForward(x))   for each layer
 *
 * @returns float32 [B, T, C]
 * @see Lewis et al. 2020; transformers' BartEncoder, whose results these are
 */
export const encode: Encoder<BartConfig>['encode'] = (parameters, config, input) => {
  pastLength(input.past, config.encoder.layers, 'bart encoder');
  let x = embed(parameters, config, input, { side: 'encoder', P: 0 });
  const mask = input.mask && keyMask(input.mask);
  for (let l = 0; l < config.encoder.layers; l++) {
    const layer: Layer = { parameters, config, l, hooks: input.hooks ?? {}, path: `encoder.layers.${l}`, heads: config.encoder.heads };
    x = runLayer(layer.hooks, x, [input.past?.[l]], (x) => feedForward(layer, selfAttend(layer, x, { mask, past: input.past?.[l] }).x));
  }
  return x;
};

/** Keys and values of every decoder layer's attention to the source. */
export const keyValues: Encoder<BartConfig>['keyValues'] = (parameters, config, { hidden, past, hooks = {} }) => {
  pastLength(past, config.layers, 'bart cross-attention');
  return Array.from({ length: config.layers }, (_, l) => {
    const fresh = keyValue({ parameters, hooks, heads: config.heads }, `decoder.layers.${l}.encoder_attn`, hidden);
    return { key: appendTime(past?.[l]?.key, fresh.key), value: appendTime(past?.[l]?.value, fresh.value) };
  });
};

/**
 * Hidden states of new target tokens: each attends to the past, to the tokens before it, and to the source.
 *
 * @returns hidden float32 [B, T, C] or [1, N, C] of the rows asked for, present (of the decoder's self-attention) per layer float32 [B, H, S, D]
 * @throws ShapeError  if no source is given, or the past has another number of layers
 * @see Lewis et al. 2020; transformers' BartDecoder, whose results these are
 */
export function forward(parameters: Parameters, config: BartConfig, input: ForwardInput): ForwardOutput {
  const { source } = input;
  if (!source) throw new ShapeError('bart: expected a source for cross-attention, got none. Encode one and pass its keyValues.');
  const P = lengthBefore(input, config.layers, 'bart decoder');
  let x = embed(parameters, config, input, { side: 'decoder', P });
  const T = x.shape[1]!;
  const mask = causalMask(input, { T, S: P + T });
  const sourceMask = source.mask && keyMask(source.mask);
  const present: KeyValue[] = [];
  const fresh: KeyValue[] = [];
  for (let l = 0; l < config.layers; l++) {
    const layer: Layer = { parameters, config, l, hooks: input.hooks ?? {}, path: `decoder.layers.${l}`, heads: config.heads };
    x = runLayer(layer.hooks, x, [input.past?.[l], source.keyValues[l]], (x) => {
      const attended = selfAttend(layer, x, { mask, past: input.past?.[l], prompt: input.prompt?.map((piece) => piece[l]!) });
      [present[l], fresh[l]] = [attended.present, attended.fresh];
      const read = crossAttend(layer, attended.x, { own: source.keyValues[l]!, prefix: source.prefix?.[l], mask: sourceMask });
      return feedForward(layer, takeRows(read, l === config.layers - 1 ? input.rows : undefined));
    });
  }
  return { hidden: x, present, fresh };
}

function embed(
  parameters: Parameters,
  { embeddingScale }: BartConfig,
  { ids, embeddings, positions, hooks }: ForwardInput,
  { side, P }: { side: 'encoder' | 'decoder'; P: number },
): Tensor {
  const tokens = embeddings ?? (ids && embedding(parameters['shared.weight']!, ids));
  if (!tokens) throw new ShapeError(`bart ${side}: expected ids [B, T] or embeddings [B, T, C], got neither.`);
  const scaled = embeddingScale === 1 ? tokens : mul(tokens, embeddingScale);
  const at = positions ? cast(add(positions, positionOffset), 'int32') : defaultPositions(P + positionOffset, tokens.shape[1]!);
  const x = norm(parameters, `${side}.layernorm_embedding`, add(scaled, embedding(parameters[`${side}.embed_positions.weight`]!, at)));
  return hooks?.afterEmbedding?.(x) ?? x;
}

const norm = (parameters: Parameters, name: string, x: Tensor): Tensor => layerNorm(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!, epsilon);

const keyValue = (layer: Pick<Layer, 'parameters' | 'hooks' | 'heads'>, name: string, x: Tensor): KeyValue => ({
  key: splitHeads(linear(layer, `${name}.k_proj`, x), layer.heads),
  value: splitHeads(linear(layer, `${name}.v_proj`, x), layer.heads),
});

function selfAttend(layer: Layer, x: Tensor, before: Pick<AttendOptions, 'mask' | 'past' | 'prompt'>) {
  const name = `${layer.path}.self_attn`;
  const q = splitHeads(linear(layer, `${name}.q_proj`, x), layer.heads);
  const fresh = keyValue(layer, name, x);
  const attended = attend(q, fresh, { ...before, hooks: layer.hooks });
  const y = linear(layer, `${name}.out_proj`, mergeHeads(attended.y));
  return { x: norm(layer.parameters, `${name}_layer_norm`, add(x, layer.hooks.afterAttention?.(layer.l, y) ?? y)), present: attended.present, fresh };
}

/** Rows that share a source (beams) stand beside each other as queries, so that its keys and values are never copied. */
function crossAttend(layer: Layer, x: Tensor, { own, prefix, mask }: { own: KeyValue; prefix: KeyValue | undefined; mask: Tensor | undefined }): Tensor {
  const name = `${layer.path}.encoder_attn`;
  const [B, T, C] = x.shape as [number, number, number];
  const E = own.key.shape[0]!;
  if (B % E !== 0) throw new ShapeError(`bart: source: expected a number of rows that divides ${B}, got ${E}.`, { details: { rows: B, sources: E } });
  const q = splitHeads(reshape(linear(layer, `${name}.q_proj`, x), [E, (B / E) * T, C]), layer.heads);
  const attended = prefix
    ? attendInParts(q, [prefix, own], { mask: mask && pad(mask, [[0, 0], [0, 0], [0, 0], [prefix.key.shape[2]!, 0]]), scale: q.shape[3]! ** -0.5 })
    : attention(q, own.key, own.value, mask, attentionKeep(layer.hooks, q, own.key));
  const y = linear(layer, `${name}.out_proj`, reshape(mergeHeads(attended), [B, T, C]));
  return norm(layer.parameters, `${name}_layer_norm`, add(x, layer.hooks.afterCrossAttention?.(layer.l, y) ?? y));
}

function feedForward(layer: Layer, x: Tensor): Tensor {
  const { path, hooks, l } = layer;
  const active = activations[layer.config.activation](linear(layer, `${path}.fc1`, x));
  const fed = linear(layer, `${path}.fc2`, hooks.afterActivation?.(l, active) ?? active);
  const y = norm(layer.parameters, `${path}.final_layer_norm`, add(x, hooks.afterFeedForward?.(l, fed) ?? fed));
  return hooks.afterLayer?.(l, y) ?? y;
}
