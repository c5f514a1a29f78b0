import type { SpecialTokens } from './bpe.js';

/** How one shipped model is made. */
export interface ModelRecipe {
  readonly family: 'gpt2' | 'bart';
  /** Layers; of an encoder-decoder model, of each half. */
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Standard deviation of the fresh matrices. */
  readonly deviation: number;
  readonly steps: number;
  /** Peak, after 200 steps of warm-up; falls to 0 at the last step. */
  readonly learningRate: number;
}

/** The models that are shipped: they stand where GPT-2 medium, GPT-2 large and BART large stand in the paper. */
export const modelRecipes: Readonly<Record<string, ModelRecipe>> = {
  'mini-gpt2-medium': { family: 'gpt2', layers: 4, width: 192, heads: 6, deviation: 1 / Math.sqrt(192), steps: 2500, learningRate: 4e-3 },
  'mini-gpt2-large': { family: 'gpt2', layers: 6, width: 240, heads: 6, deviation: 1 / Math.sqrt(240), steps: 2000, learningRate: 3e-3 },
  'mini-bart': { family: 'bart', layers: 3, width: 192, heads: 6, deviation: 0.02, steps: 2000, learningRate: 1e-3 },
};

/** Tokens in a vocabulary, special ones included. */
export const VOCABULARY = 4096;
/** Positions of every model. */
export const POSITIONS = 384;

/** Where each family has its special tokens, in the order of their ids before and after the learnt ones. */
export const specialTokens: Readonly<Record<ModelRecipe['family'], SpecialTokens>> = {
  gpt2: { before: [], after: ['<|endoftext|>'] },
  bart: { before: ['<s>', '<pad>', '</s>', '<unk>'], after: ['<mask>'] },
};

const last = VOCABULARY - 1;

/** The model's `config.json`, as transformers reads it. */
export function configJson({ family, layers, width, heads }: ModelRecipe): Record<string, unknown> {
  if (family === 'gpt2') {
    return {
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      n_layer: layers,
      n_embd: width,
      n_head: heads,
      n_positions: POSITIONS,
      vocab_size: VOCABULARY,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      bos_token_id: last,
      eos_token_id: last,
      torch_dtype: 'float16',
    };
  }
  return {
    architectures: ['BartForConditionalGeneration'],
    model_type: 'bart',
    d_model: width,
    encoder_layers: layers,
    decoder_layers: layers,
    encoder_attention_heads: heads,
    decoder_attention_heads: heads,
    encoder_ffn_dim: 4 * width,
    decoder_ffn_dim: 4 * width,
    max_position_embeddings: POSITIONS,
    vocab_size: VOCABULARY,
    activation_function: 'gelu',
    scale_embedding: false,
    bos_token_id: 0,
    pad_token_id: 1,
    eos_token_id: 2,
    decoder_start_token_id: 2,
    forced_bos_token_id: 0,
    forced_eos_token_id: 2,
    torch_dtype: 'float16',
  };
}
