import type { Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import { encodePair, encodePrompt, type EncodeOptions } from './encode.js';
import type { TokenSequence } from './sequence.js';
import { encodeSourceTarget, encodeSourceText, type EncodingModel, type SourceTargetOptions } from './source-target.js';

/** Texts as one model reads them. */
export interface PairEncoder {
  /** What trains. */
  pair(pair: Pair): TokenSequence;
  /** What a target is generated after. */
  prompt(source: string): number[];
}

/** The encoding for a model: source and target as one sequence, or apart for an encoder-decoder model. */
export function pairEncoder(model: EncodingModel & Pick<Model, 'family'>, options: EncodeOptions & SourceTargetOptions = {}): PairEncoder {
  return model.family.encoder
    ? { pair: (pair) => encodeSourceTarget(pair, model, options), prompt: (source) => encodeSourceText(source, model, options) }
    : { pair: (pair) => encodePair(pair, model.tokenizer, options), prompt: (source) => encodePrompt(source, model.tokenizer, options) };
}
