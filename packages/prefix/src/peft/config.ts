import { PrefixFileError } from '../errors.js';
import type { PrefixShape } from '../spec.js';

/** The fields of PEFT's `adapter_config.json` that say what a prefix is. */
export interface PeftConfig {
  readonly peft_type: 'PREFIX_TUNING' | 'CARTRIDGE';
  readonly task_type: string | null;
  readonly base_model_name_or_path: string | null;
  readonly num_virtual_tokens: number;
  /** H x D: the width of keys and values. */
  readonly token_dim: number;
  /** H: key-value heads. */
  readonly num_attention_heads: number;
  readonly num_layers: number;
  /** 1 for a decoder alone; 2 where encoder and decoder share the layers' prefix. */
  readonly num_transformer_submodules: number;
  readonly encoder_hidden_size?: number;
  readonly prefix_projection?: boolean;
  readonly inference_mode: boolean;
  /** Cartridges: how many of the first positions never train. */
  readonly num_frozen_tokens?: number;
}

export function peftConfig(shape: PrefixShape, options: { baseModel?: string | undefined; taskType?: string } = {}): PeftConfig {
  const width = shape.heads * shape.headDim;
  return {
    peft_type: 'PREFIX_TUNING',
    task_type: options.taskType ?? 'CAUSAL_LM',
    base_model_name_or_path: options.baseModel ?? null,
    num_virtual_tokens: shape.length,
    token_dim: width,
    num_attention_heads: shape.heads,
    num_layers: shape.layers,
    num_transformer_submodules: 1,
    encoder_hidden_size: width,
    prefix_projection: false,
    inference_mode: true,
  };
}

/**
 * Reads and checks an `adapter_config.json`.
 *
 * @param file  its path, for messages
 * @throws PrefixFileError  naming the field
 */
export function parsePeftConfig(text: string, file: string): PeftConfig {
  const config = parseJson(text, file);
  if (config.peft_type !== 'PREFIX_TUNING' && config.peft_type !== 'CARTRIDGE') {
    throw wrongField(file, 'peft_type', { expected: 'PREFIX_TUNING or CARTRIDGE', got: config.peft_type });
  }
  for (const field of ['num_virtual_tokens', 'token_dim', 'num_attention_heads', 'num_layers', 'num_transformer_submodules']) {
    const value = config[field];
    if (!Number.isInteger(value) || (value as number) < (field === 'num_virtual_tokens' ? 0 : 1)) {
      throw wrongField(file, field, { expected: 'a whole number', got: value });
    }
  }
  const { token_dim: width, num_attention_heads: heads, num_virtual_tokens: length } = config as unknown as PeftConfig;
  const frozen = (config.num_frozen_tokens ?? 0) as number;
  if (!Number.isInteger(frozen) || frozen < 0 || frozen > length) throw wrongField(file, 'num_frozen_tokens', { expected: `a whole number of at most ${length}`, got: frozen });
  if (width % heads !== 0) throw wrongField(file, 'token_dim', { expected: `a multiple of num_attention_heads (${heads})`, got: width });
  return config as unknown as PeftConfig;
}

/** L, H, D and P of a configuration. */
export const shapeOf = (config: PeftConfig): PrefixShape => ({
  layers: config.num_layers,
  heads: config.num_attention_heads,
  headDim: config.token_dim / config.num_attention_heads,
  length: config.num_virtual_tokens,
});

/** Parses a JSON object. */
export function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new PrefixFileError(`${file}: expected JSON, got ${(cause as Error).message}. Save the adapter again.`, { details: { file }, cause });
  }
  throw new PrefixFileError(`${file}: expected a JSON object, got another value. Save the adapter again.`, { details: { file } });
}

/** An error about one field of a configuration. */
export function wrongField(file: string, field: string, { expected, got }: { expected: string; got: unknown }): PrefixFileError {
  return new PrefixFileError(`${file}: expected ${field} to be ${expected}, got ${JSON.stringify(got)}. Save the adapter as a prefix for this model.`, {
    details: { file, field },
  });
}
