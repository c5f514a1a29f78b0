import { ConfigError } from '@prefix-tuning/base';
import type { ModelConfig } from '../family.js';
import { activationNames, type ActivationName } from '../activation.js';
import { fields } from '../fields.js';

export interface GPT2Config extends ModelConfig {
  /** Width of the feed-forward part. */
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
  readonly scaleAttention: boolean;
  readonly scaleByLayer: boolean;
}

export function parseConfig(raw: Readonly<Record<string, unknown>>, file: string): GPT2Config {
  const read = fields(raw, file);
  const [width, heads] = [read.integer('n_embd'), read.integer('n_head')];
  if (width % heads !== 0) {
    throw new ConfigError(`${file}: n_head: expected a divisor of n_embd = ${width}, got ${heads}. Correct the file or get it again.`, {
      details: { file, field: 'n_head', value: heads },
    });
  }
  read.tiedEmbeddings();
  return {
    layers: read.integer('n_layer'),
    heads,
    keyValueHeads: heads,
    headSize: width / heads,
    width,
    vocabulary: read.integer('vocab_size'),
    maxPositions: read.integer('n_positions'),
    dropout: { embedding: read.share('embd_pdrop', 0.1), attention: read.share('attn_pdrop', 0.1), activation: 0, residual: read.share('resid_pdrop', 0.1) },
    inner: read.integer('n_inner', 4 * width),
    epsilon: read.number('layer_norm_epsilon', 1e-5),
    activation: read.choice('activation_function', activationNames, 'gelu_new'),
    scaleAttention: read.boolean('scale_attn_weights', true),
    scaleByLayer: read.boolean('scale_attn_by_inverse_layer_idx', false),
    raw,
  };
}
