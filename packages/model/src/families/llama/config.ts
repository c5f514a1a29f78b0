import { ConfigError } from '@prefix-tuning/base';
import { activationNames, type ActivationName } from '../activation.js';
import type { ModelConfig } from '../family.js';
import { fields } from '../fields.js';

export interface LlamaConfig extends ModelConfig {
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
  /** Base of the rotary frequencies. */
  readonly ropeTheta: number;
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
    ropeTheta: ropeTheta(raw, file),
    tied: read.boolean('tie_word_embeddings', false),
    attentionBias: read.boolean('attention_bias', false),
    mlpBias: read.boolean('mlp_bias', false),
    raw,
  };
}

/** Newer files keep it in `rope_parameters`, older ones at the top; a scaled variant of rotary positions is refused. */
function ropeTheta(raw: Readonly<Record<string, unknown>>, file: string): number {
  const rope = (raw['rope_parameters'] ?? raw['rope_scaling'] ?? {}) as Readonly<Record<string, unknown>>;
  const kind = rope['rope_type'] ?? rope['type'] ?? 'default';
  if (kind !== 'default') {
    throw new ConfigError(`${file}: rope_type: expected default, got ${JSON.stringify(kind)}. Choose a checkpoint without scaled rotary positions.`, {
      details: { file, field: 'rope_type', value: kind },
    });
  }
  return fields({ ...raw, ...rope }, file).number('rope_theta', 10_000);
}
