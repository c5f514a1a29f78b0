import type { Tensor } from '@tensorflow/tfjs-core';

/** Named tensors, with the checkpoint's own names less the leading `transformer.` or `model.`. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** Keys and values per layer, float32 [B or 1, H, P, D] (H: key heads): what later tokens attend to. */
export type Past = readonly { readonly key: Tensor; readonly value: Tensor }[];

/** What every family's configuration has in common, in one vocabulary; `raw` is config.json as it is. */
export interface ModelConfig {
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values; fewer than `heads` with grouped-query attention. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** C, the size of a hidden state. */
  readonly width: number;
  /** V */
  readonly vocabulary: number;
  /** What training drops, by place, where the model itself trains; nothing unless given. */
  readonly dropout?: DropoutRates;
  /** Longest sequence that has positions, past included. */
  readonly maxPositions: number;
  /** What the self-attention of an encoder has; encoder-decoder models have one. */
  readonly encoder?: { readonly layers: number; readonly heads: number; readonly headSize: number };
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Probabilities of dropout in training. */
export interface DropoutRates {
  /** Of the embeddings that enter the first layer. */
  readonly embedding: number;
  /** Of attention's softmax. */
  readonly attention: number;
  /** Of the feed-forward part's activations. */
  readonly activation: number;
  /** Of what attention and feed-forward part add to the residual stream. */
  readonly residual: number;
}

/**
 * Places where a method adds computation inside a layer. Each gets a tensor and gives one of the same shape;
 * a hook that is absent costs nothing.
 */
export interface Hooks {
  /**
   * Runs a whole layer: `run(x)`, or that computed again in the backward pass. `reads` are the tensors besides x through
   * which gradients may enter the layer. Called more than once, `run` leaves the last `present` and `fresh`.
   */
  readonly layer?: (x: Tensor, run: (x: Tensor) => Tensor, reads: readonly Tensor[]) => Tensor;
  /** After each linear map: LoRA adds its product here. `name` is the parameters' path, such as `h.0.attn.c_attn`. */
  readonly linear?: (name: string, input: Tensor, output: Tensor) => Tensor;
  /** On the embeddings that enter the first layer. */
  readonly afterEmbedding?: (x: Tensor) => Tensor;
  /** What attention's softmax is multiplied with, float32 of its shape [B, H, T, S]: dropout's mask. */
  readonly attentionKeep?: (shape: readonly number[]) => Tensor | undefined;
  /** On the activations inside a layer's feed-forward part, before its last linear map. */
  readonly afterActivation?: (layer: number, x: Tensor) => Tensor;
  /** On the output of a layer's attention, before it is added to the residual stream. */
  readonly afterAttention?: (layer: number, x: Tensor) => Tensor;
  /** The same after a decoder layer's attention to the source. */
  readonly afterCrossAttention?: (layer: number, x: Tensor) => Tensor;
  /** On the output of a layer's feed-forward part, before it is added to the residual stream. */
  readonly afterFeedForward?: (layer: number, x: Tensor) => Tensor;
  /** On the residual stream at the end of a layer: where the paper's adapters stand. */
  readonly afterLayer?: (layer: number, x: Tensor) => Tensor;
}

/** B rows of T new tokens, after P positions of a prompt and of a past behind it; S = P + T. */
export interface ForwardInput {
  /** int32 [B, T]; either these or `embeddings`. */
  readonly ids?: Tensor | undefined;
  /** float32 [B, T, C], in place of the embeddings of `ids`. */
  readonly embeddings?: Tensor | undefined;
  /** float32 [B, S]: 1 keeps a key, 0 hides it. */
  readonly mask?: Tensor | undefined;
  /** float32, broadcastable to [B, 1, T, S], added to attention scores instead of the causal mask, for packed rows. */
  readonly attentionMask?: Tensor | undefined;
  /** Of a decoder alone: the rows in which tokens attend, where they do not stand in those; [B, T] of the masks are theirs. */
  readonly slots?: Slots | undefined;
  /** int32 [B, T]; P, P + 1, ... unless given. */
  readonly positions?: Tensor | undefined;
  readonly past?: Past | undefined;
  /**
   * With T = 1: what stands before the past, in pieces that follow each other. Each of a piece's E rows serves B / E rows that follow
   * each other: a prefix's only row all of them, a prompt's row its beams.
   */
  readonly prompt?: readonly Past[] | undefined;
  /** What a decoder's cross-attention reads; an encoder-decoder model needs it. */
  readonly source?: Source | undefined;
  readonly hooks?: Hooks | undefined;
  /** int32 [N], places in the flattened [B, T]: the last hidden states are wanted there alone, which spares work. */
  readonly rows?: Tensor | undefined;
}

/**
 * N tokens of one row, [1, N], that attend in B rows of T slots: so that padding costs attention alone. At least one token and one
 * slot are padding: every empty slot reads such a token, and every padding token stands in an empty slot.
 */
export interface Slots {
  /** int32 [B, T]: the token in each slot. */
  readonly tokens: Tensor;
  /** int32 [N]: the place of each token in the flattened [B, T]. */
  readonly places: Tensor;
}

/** An encoded source, as {@link Encoder.keyValues} gives it. */
export interface Source {
  /** float32 [E, H, S, D] per layer. With E below B, each source serves B / E rows that follow each other, as beams do. */
  readonly keyValues: Past;
  /** float32 [E, S]: 1 keeps, 0 hides. */
  readonly mask?: Tensor | undefined;
  /** float32 [1, H, P, D] per layer, before every source's own and never hidden. Dropout does not reach it. */
  readonly prefix?: Past | undefined;
}

/** The half of an encoder-decoder model that reads the source. */
export interface Encoder<C extends ModelConfig = ModelConfig> {
  /** Hidden states of a source, float32 [B, T, C]. Positions count from 0 whatever the past, unless given. */
  encode(parameters: Parameters, config: C, input: Omit<ForwardInput, 'source' | 'prompt' | 'attentionMask' | 'rows'>): Tensor;
  /** Keys and values for every decoder layer, float32 [B, H, P + T, D]: those of `past`, then those of the hidden states. */
  keyValues(parameters: Parameters, config: C, input: { readonly hidden: Tensor; readonly past?: Past | undefined; readonly hooks?: Hooks | undefined }): Past;
}

export interface ForwardOutput {
  /** float32 [B, T, C], or [1, N, C] of the `rows` that were asked for, after the last normalisation: what `logits` takes. */
  readonly hidden: Tensor;
  /** The past with the new tokens added, float32 [B, H, S, D] per layer. */
  readonly present: Past;
  /** Keys and values of the new tokens alone, float32 [B, H, T, D] per layer. */
  readonly fresh: Past;
}

/** Where things stand among a family's parameters, for methods that train some of them or add to them. */
export interface ParameterNames {
  /** What a checkpoint of the whole model puts before every name: `transformer.` or `model.`. */
  readonly prefix: string;
  /** The token embedding. */
  readonly embedding: string;
  /** Checkpoint names of the tensors that may be one with it; some writers keep one of these alone. */
  readonly embeddingCopies: RegExp;
  /** What a layer's names begin with, before its number: `h.`; of an encoder-decoder model, a decoder layer's. */
  readonly layers: string;
  /** The same for an encoder's layers. */
  readonly encoderLayers?: string;
  /** Parameters between the last layer and the logits, the output matrix among them. */
  readonly output: readonly string[];
  /** What the scale of a norm that changes nothing is stored as; 1 unless given. */
  readonly unitNorm?: number;
  /** How the weights of linear maps are stored. */
  readonly linear: 'in-out' | 'out-in';
}

/** One architecture: pure functions over parameters. */
export interface Family<C extends ModelConfig = ModelConfig> {
  /** `model_type` in config.json. */
  readonly name: string;
  /** Reads config.json's content. Throws a ConfigError naming the field. */
  parseConfig(raw: Readonly<Record<string, unknown>>, file: string): C;
  /** The name that this toolkit uses for a checkpoint's tensor, or undefined for one that is not a parameter. */
  parameterName(checkpointName: string): string | undefined;
  /** Stored tensors that are left out because they hold zeros alone; loading checks that they do. */
  readonly zeroTensors?: readonly string[];
  readonly names: ParameterNames;
  /** Every parameter with its shape. */
  parameterShapes(config: C): Readonly<Record<string, readonly number[]>>;
  /** Of an encoder-decoder model, the decoder. */
  forward(parameters: Parameters, config: C, input: ForwardInput): ForwardOutput;
  /** Encoder-decoder models have one. */
  readonly encoder?: Encoder<C>;
  /** The matrix that turns hidden states into logits, float32 [V, C]. */
  outputWeights(parameters: Parameters): Tensor;
  /** float32 [..., C] to float32 [..., V] */
  logits(parameters: Parameters, hidden: Tensor): Tensor;
}
