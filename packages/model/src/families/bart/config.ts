import { ConfigError } from '@prefix-tuning/base';
import { activationNames, type ActivationName } from '../activation.js';
import type { ModelConfig } from '../family.js';
import { fields } from '../fields.js';

/** `layers`, `heads` and `headSize` are the decoder's. */
export interface BartConfig extends ModelConfig {
  readonly encoder: { readonly layers: number; readonly heads: number; readonly headSize: number };
  readonly encoderInner: number;
  readonly decoderInner: number;
  readonly activation: ActivationName;
  /** Factor on token embeddings. */
  readonly embeddingScale: number;
}

export function parseConfig(raw: Readonly<Record<string, unknown>>, file: string): BartConfig {
  const read = fields(raw, file);
  read.tiedEmbeddings();
  const width = read.integer('d_model');
  const heads = (name: string): number => {
    const count = read.integer(name);
    if (width % count === 0) return count;
    throw new ConfigError(`${file}: ${name}: expected a divisor of d_model = ${width}, got ${count}. Correct the file or get it again.`, {
      details: { file, field: name, value: count },
    });
  };
  const decoderHeads = heads('decoder_attention_heads');
  const encoderHeads = heads('encoder_attention_heads');
  return {
    layers: read.integer('decoder_layers'),
    heads: decoderHeads,
    keyValueHeads: decoderHeads,
    headSize: width / decoderHeads,
    width,
    vocabulary: read.integer('vocab_size'),
    maxPositions: read.integer('max_position_embeddings'),
    dropout: {
      embedding: read.share('dropout', 0.1),
      attention: read.share('attention_dropout', 0),
      activation: read.share('activation_dropout', 0),
      residual: read.share('dropout', 0.1),
    },
    encoder: { layers: read.integer('encoder_layers'), heads: encoderHeads, headSize: width / encoderHeads },
    encoderInner: read.integer('encoder_ffn_dim'),
    decoderInner: read.integer('decoder_ffn_dim'),
    activation: read.choice('activation_function', activationNames, 'gelu'),
    embeddingScale: read.boolean('scale_embedding', false) ? Math.sqrt(width) : 1,
    raw,
  };
}
