import type { ModelRole } from '../recipe/tasks.js';

/** What a plan must know of a dataset: how much there is, and how long its texts are. */
export interface DataFacts {
  /** Training pairs. */
  readonly pairs: number;
  /** Test inputs. */
  readonly test: number;
  /** Mean tokens of a source and a target. */
  readonly source: number;
  readonly target: number;
}

/** The published files, for plans made before they are there: counts of the releases, tokens of GPT-2's vocabulary. */
export const publishedData: Readonly<Record<string, DataFacts>> = {
  e2e: { pairs: 42_061, test: 630, source: 40, target: 27 },
  webnlg: { pairs: 18_025, test: 1_862, source: 50, target: 30 },
  dart: { pairs: 62_659, test: 5_097, source: 45, target: 28 },
  xsum: { pairs: 204_045, test: 11_334, source: 460, target: 28 },
};

const gpt2 = (n_layer: number, n_head: number, n_embd: number) => ({ model_type: 'gpt2', n_layer, n_head, n_embd, n_positions: 1024, vocab_size: 50257 });

/** config.json of the paper's models, for plans made before they are there. */
export const publishedModels: Readonly<Record<ModelRole, Readonly<Record<string, unknown>>>> = {
  'gpt2-medium': gpt2(24, 16, 1024),
  'gpt2-large': gpt2(36, 20, 1280),
  'bart-large': {
    model_type: 'bart', d_model: 1024, encoder_layers: 12, decoder_layers: 12, encoder_attention_heads: 16, decoder_attention_heads: 16,
    encoder_ffn_dim: 4096, decoder_ffn_dim: 4096, max_position_embeddings: 1024, vocab_size: 50265, activation_function: 'gelu',
  },
};
