import { parseRope, type Rope } from './rope.js';

export type AttentionMap = 'q_proj' | 'k_proj' | 'v_proj' | 'o_proj';

type Raw = Readonly<Record<string, unknown>>;

/** In what models of one `model_type` differ from Llama. */
export interface Kind {
  /** Fields of config.json that may be left out, where Llama's own defaults are others. */
  readonly defaults?: Raw;
  /** Fields that must be absent, null or false. */
  readonly unsupported?: readonly string[];
  /** Whether some layer attends to a window alone. */
  readonly slides: (raw: Raw) => boolean;
  /** Name of the activation's field; `hidden_act` unless given. */
  readonly activationField?: string;
  /** The same in all layers unless given. */
  readonly ropes?: (raw: Raw, where: { layers: number; file: string }) => (Rope | undefined)[];
  /** As `attention_bias` says unless given. */
  readonly attentionBias?: readonly AttentionMap[];
  readonly headNorms?: boolean;
  readonly writeNorms?: boolean;
  readonly normOffset?: 1;
  /** Whether embeddings are multiplied with the root of the width. */
  readonly scaledEmbedding?: boolean;
}

const sliding = 'sliding_attention';

/** Newer files say it of each layer, older ones by a switch. */
const slidesIfAsked = (raw: Raw): boolean => (Array.isArray(raw['layer_types']) ? raw['layer_types'].includes(sliding) : raw['use_sliding_window'] === true);

export type KindName = 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'smollm3' | 'gemma3_text';

/** By `model_type`: one row for each kind of model that is built like Llama. */
export const kinds: Readonly<Record<KindName, Kind>> = {
  llama: { slides: () => false },
  mistral: { slides: () => true },
  qwen2: { slides: slidesIfAsked, attentionBias: ['q_proj', 'k_proj', 'v_proj'] },
  qwen3: { slides: slidesIfAsked, defaults: { head_dim: 128 }, headNorms: true },
  smollm3: { slides: slidesIfAsked, defaults: { tie_word_embeddings: true, rope_theta: 2_000_000 }, ropes: everyFourthWithout },
  gemma3_text: {
    slides: () => true,
    defaults: { head_dim: 256, tie_word_embeddings: true, hidden_activation: 'gelu_pytorch_tanh', query_pre_attn_scalar: 256, rope_theta: 1_000_000, rope_local_base_freq: 10_000 },
    unsupported: ['attn_logit_softcapping', 'final_logit_softcapping', 'use_bidirectional_attention'],
    activationField: 'hidden_activation',
    ropes: localAndGlobal,
    headNorms: true,
    writeNorms: true,
    normOffset: 1,
    scaledEmbedding: true,
  },
};

/** SmolLM3: layers without positions, `no_rope_layers` 0 there, or every fourth. */
function everyFourthWithout(raw: Raw, { layers, file }: { layers: number; file: string }): (Rope | undefined)[] {
  const rope = parseRope(raw, file);
  const [turns, interval] = [raw['no_rope_layers'], Number(raw['no_rope_layer_interval'] ?? 4)];
  return Array.from({ length: layers }, (_, l) => ((Array.isArray(turns) ? turns[l] : (l + 1) % interval) ? rope : undefined));
}

/** Gemma 3: layers that attend to a window turn by a smaller base; all but every sixth are such. */
function localAndGlobal(raw: Raw, { layers, file }: { layers: number; file: string }): Rope[] {
  const each = raw['rope_parameters'] as Readonly<Record<string, Raw>> | undefined;
  const whole = parseRope({ ...raw, rope_parameters: each?.['full_attention'] }, file);
  const local = parseRope({ ...raw, rope_theta: raw['rope_local_base_freq'], rope_scaling: undefined, rope_parameters: each?.[sliding] }, file);
  const [types, pattern] = [raw['layer_types'], Number(raw['sliding_window_pattern'] ?? raw['_sliding_window_pattern'] ?? 6)];
  return Array.from({ length: layers }, (_, l) => ((Array.isArray(types) ? types[l] === sliding : (l + 1) % pattern !== 0) ? local : whole));
}
