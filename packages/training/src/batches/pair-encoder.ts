import { checkFields } from '@prefix-tuning/base';
import type { Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import { encodeFields, encodePair, encodePrompt, type EncodeOptions } from './encode.js';
import type { TokenSequence } from './sequence.js';
import { encodeSourceTarget, encodeSourceText, sourceTargetFields, type EncodingModel, type SourceTargetOptions } from './source-target.js';

/** Texts as one model reads them. */
export interface PairEncoder {
  /** What trains. */
  pair(pair: Pair): TokenSequence;
  /** What a target is generated after. */
  prompt(source: string): number[];
}

/**
 * The encoding for a model: source and target as one sequence, or apart for an encoder-decoder model. The options of the
 * other encoding may be there, too.
 *
 * @throws ConfigError  for an option that neither has
 */
export function pairEncoder(model: EncodingModel & Pick<Model, 'family'>, options: EncodeOptions & SourceTargetOptions = {}): PairEncoder {
  checkFields('pairEncoder', options, Object.keys({ ...encodeFields, ...sourceTargetFields }));
  const own = (fields: object) => Object.fromEntries(Object.entries(options).filter(([name]) => name in fields));
  if (model.family.encoder) {
    const apart: SourceTargetOptions = own(sourceTargetFields);
    return { pair: (pair) => encodeSourceTarget(pair, model, apart), prompt: (source) => encodeSourceText(source, model, apart) };
  }
  const joined: EncodeOptions = own(encodeFields);
  return { pair: (pair) => encodePair(pair, model.tokenizer, joined), prompt: (source) => encodePrompt(source, model.tokenizer, joined) };
}
