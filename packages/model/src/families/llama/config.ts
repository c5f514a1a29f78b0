import { ConfigError } from '@prefix-tuning/base';
import { activationNames, type ActivationName } from '../activation.js';
import type { ModelConfig } from '../family.js';
import { fields } from '../fields.js';
import { parseRope, type Rope } from './rope.js';

export interface LlamaConfig extends ModelConfig {
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
  readonly rope: Rope;
  readonly tied: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
}

export function parseConfig(raw: Readonly<Record<string, unknown>>, file: string): LlamaConfig {
  const read = fields(raw, file);
  const [width, heads] = [read.integer('hidden_size'), read.integer('num_attention_heads')];
  const keyValueHeads = read.integer('num_key_value_heads', heads);
  const headSize = read.integer('head_dim', Math.floor(width / heads));
  const refuse = (field: string, expected: string): never => {
    throw new ConfigError(`${file}: ${field}: expected ${expected}, got ${JSON.stringify(raw[field])}. Choose another checkpoint.`, {
      details: { file, field, value: raw[field] },
    });
  };
  if (heads % keyValueHeads !== 0) refuse('num_key_value_heads', `a divisor of num_attention_heads = ${heads}`);
  if (headSize % 2 !== 0) refuse('head_dim', 'an even number');
  return {
    layers: read.integer('num_hidden_layers'),
    heads,
    keyValueHeads,
    headSize,
    width,
    vocabulary: read.integer('vocab_size'),
    maxPositions: read.integer('max_position_embeddings'),
    dropout: { embedding: 0, attention: read.share('attention_dropout', 0), activation: 0, residual: 0 },
    inner: read.integer('intermediate_size'),
    epsilon: read.number('rms_norm_eps', 1e-6),
    activation: read.choice('hidden_act', activationNames, 'silu'),
    rope: parseRope(raw, file),
    tied: read.boolean('tie_word_embeddings', false),
    attentionBias: read.boolean('attention_bias', false),
    mlpBias: read.boolean('mlp_bias', false),
    raw,
  };
}
