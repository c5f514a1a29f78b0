import type { SpecialTokens } from './bpe.js';

/** How one shipped model is made. */
export interface ModelRecipe {
  readonly family: 'gpt2' | 'bart';
  /** Layers; of an encoder-decoder model, of each half. */
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly start: FreshStart | GrownStart;
  readonly steps: number;
  /** Peak; falls to 0 at the last step. */
  readonly learningRate: number;
  /** Long enough that the first steps do not undo the heads that copy. */
  readonly warmupSteps: number;
  /** Names the order in which the texts are read and what is hidden of them; the model's own name if left out. */
  readonly order?: string;
}

/** From random weights, but for a few heads that copy (copying-heads.ts). */
export interface FreshStart {
  /** Standard deviation of the matrices; embeddings have 1 / sqrt(width). */
  readonly deviation: number;
  /** What the layers write into the residual stream is scaled by this, so that the stream begins as embeddings alone. */
  readonly writes: number;
}

/** From another model of ours with the same width; if it has fewer layers, each is followed by a copy that writes nothing yet. */
export interface GrownStart {
  readonly from: string;
}

/**
 * The models that are shipped, and what `mini-gpt2-medium` was after one, two and three of the four times that it reads its text. They stand where
 * GPT-2 medium, GPT-2 large and BART large stand in the paper.
 */
export const modelRecipes: Readonly<Record<string, ModelRecipe>> = {
  'mini-gpt2-first': { family: 'gpt2', layers: 4, width: 160, heads: 5, start: { deviation: 1 / Math.sqrt(160), writes: 0.1 }, steps: 5000, learningRate: 5e-3, warmupSteps: 200 },
  'mini-gpt2-second': { family: 'gpt2', layers: 4, width: 160, heads: 5, start: { from: 'mini-gpt2-first' }, steps: 5000, learningRate: 3e-3, warmupSteps: 100, order: 'mini-gpt2-medium' },
  'mini-gpt2-third': { family: 'gpt2', layers: 4, width: 160, heads: 5, start: { from: 'mini-gpt2-second' }, steps: 6000, learningRate: 3e-3, warmupSteps: 100 },
  'mini-gpt2-medium': { family: 'gpt2', layers: 4, width: 160, heads: 5, start: { from: 'mini-gpt2-third' }, steps: 6000, learningRate: 3e-3, warmupSteps: 100, order: 'mini-gpt2-fourth' },
  'mini-gpt2-large': { family: 'gpt2', layers: 8, width: 160, heads: 5, start: { from: 'mini-gpt2-medium' }, steps: 3600, learningRate: 3e-3, warmupSteps: 100 },
  'mini-bart': { family: 'bart', layers: 3, width: 160, heads: 5, start: { deviation: 0.02, writes: 0.3 }, steps: 4000, learningRate: 4e-3, warmupSteps: 200 },
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
