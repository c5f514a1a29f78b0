import { ShapeError } from '@prefix-tuning/base';
import { concat, ones, type Tensor } from '@tensorflow/tfjs-core';
import type { Family, Hooks, ModelConfig, Parameters, Past, Source } from './family.js';

/** Sources as an encoder-decoder model reads them. */
export interface SourceInput {
  /** int32 [B, X], padded on the right. */
  readonly ids: Tensor;
  /** float32 [B, X]: 1 for a token, 0 for padding. */
  readonly mask: Tensor;
  /** What stands before every source in the encoder's self-attention. */
  readonly encoderPast?: Past | undefined;
  /** What stands before every encoded source in the decoder's cross-attention. */
  readonly crossPast?: Past | undefined;
  readonly encoderHooks?: Hooks | undefined;
  /** The decoder's: its projections of the source's hidden states are linear maps too. */
  readonly hooks?: Hooks | undefined;
}

/**
 * Encodes sources into what the decoder's cross-attention reads. Pasts are never hidden by the mask.
 *
 * @throws ShapeError  if the model has no encoder
 */
export function encodeSource(
  { family, parameters, config }: { readonly family: Family; readonly parameters: Parameters; readonly config: ModelConfig },
  { ids, mask, encoderPast, crossPast, encoderHooks, hooks }: SourceInput,
): Source {
  const { encoder } = family;
  if (!encoder) throw new ShapeError(`${family.name}: expected an encoder-decoder model for a source, got a decoder alone. Join source and target.`);
  const hidden = encoder.encode(parameters, config, { ids, mask: afterPast(mask, encoderPast), past: encoderPast, hooks: encoderHooks });
  return { keyValues: encoder.keyValues(parameters, config, { hidden, past: crossPast, hooks }), mask: afterPast(mask, crossPast) };
}

const afterPast = (mask: Tensor, past: Past | undefined): Tensor =>
  past ? concat([ones([mask.shape[0]!, past[0]!.key.shape[2]!]), mask], 1) : mask;
