import { ConfigError } from '@prefix-tuning/base';
import { activationNames, type ActivationName } from '../activation.js';
import type { ModelConfig } from '../family.js';
import { fields } from '../fields.js';
import { kinds, type AttentionMap, type KindName } from './kinds.js';
import { parseRope, type Rope } from './rope.js';

export interface LlamaConfig extends ModelConfig {
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
  /** How queries and keys of each layer turn by their positions; not at all where there is none. */
  readonly ropes: readonly (Rope | undefined)[];
  readonly tied: boolean;
  /** Attention's linear maps that have a bias. */
  readonly attentionBias: readonly AttentionMap[];
  readonly mlpBias: boolean;
  /** Whether queries and keys are normalised, each head's apart, before they turn. */
  readonly headNorms: boolean;
  /** Whether what attention and feed-forward part write is normalised, too. */
  readonly writeNorms: boolean;
  /** What norms add to the scales that are stored. */
  readonly normOffset: 0 | 1;
  readonly embeddingScale: number;
  /** Attention scores are multiplied with it. */
  readonly scoreScale: number;
}

/**
 * Reads the config.json of a kind.
 *
 * A model with sliding attention gets no more positions than its window has: so far it is attention to all.
 */
export const configParser = (kindName: KindName) => (given: Readonly<Record<string, unknown>>, file: string): LlamaConfig => {
  const kind = kinds[kindName];
  const raw: Readonly<Record<string, unknown>> = { ...kind.defaults, ...given };
  const read = fields(raw, file);
  const refuse = (field: string, expected: string): never => {
    throw new ConfigError(`${file}: ${field}: expected ${expected}, got ${JSON.stringify(raw[field])}. Choose another checkpoint.`, {
      details: { file, field, value: raw[field] },
    });
  };
  const [layers, width, heads] = [read.integer('num_hidden_layers'), read.integer('hidden_size'), read.integer('num_attention_heads')];
  const keyValueHeads = read.integer('num_key_value_heads', heads);
  const headSize = read.integer('head_dim', Math.floor(width / heads));
  if (heads % keyValueHeads !== 0) refuse('num_key_value_heads', `a divisor of num_attention_heads = ${heads}`);
  if (headSize % 2 !== 0) refuse('head_dim', 'an even number');
  for (const field of kind.unsupported ?? []) if (raw[field]) refuse(field, 'none');
  const positions = read.integer('max_position_embeddings');
  return {
    layers,
    heads,
    keyValueHeads,
    headSize,
    width,
    vocabulary: read.integer('vocab_size'),
    maxPositions: kind.slides(raw) ? Math.min(positions, read.integer('sliding_window', positions)) : positions,
    dropout: { embedding: 0, attention: read.share('attention_dropout', 0), activation: 0, residual: 0 },
    inner: read.integer('intermediate_size'),
    epsilon: read.number('rms_norm_eps', 1e-6),
    activation: read.choice(kind.activationField ?? 'hidden_act', activationNames, 'silu'),
    ropes: kind.ropes?.(raw, { layers, file }) ?? Array<Rope>(layers).fill(parseRope(raw, file)),
    tied: read.boolean('tie_word_embeddings', false),
    attentionBias: kind.attentionBias ?? (read.boolean('attention_bias', false) ? ['q_proj', 'k_proj', 'v_proj', 'o_proj'] : []),
    mlpBias: read.boolean('mlp_bias', false),
    headNorms: kind.headNorms ?? false,
    writeNorms: kind.writeNorms ?? false,
    normOffset: kind.normOffset ?? 0,
    embeddingScale: kind.scaledEmbedding ? Math.sqrt(width) : 1,
    scoreScale: read.number('query_pre_attn_scalar', headSize) ** -0.5,
    raw: given,
  };
};
