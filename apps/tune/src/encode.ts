import type { Model, Tokenizer } from '@prefix-tuning/model';
import { pairEncoder, type PairEncoder } from '@prefix-tuning/training';

/**
 * Texts as a model reads them, sources cut to so many tokens if asked for. What is longer than the model has positions for is
 * refused where batches or prompts are made.
 */
export function encoderOf(model: Model, maxSource: number | undefined): PairEncoder {
  const { pair, prompt } = pairEncoder(model, { maxLength: Infinity, maxSource: Infinity, maxTarget: Infinity });
  const cut = maxSource === undefined ? (source: string) => source : cutter(model.tokenizer, maxSource);
  return { pair: (given) => pair({ ...given, source: cut(given.source) }), prompt: (source) => prompt(cut(source)) };
}

const cutter = (tokenizer: Tokenizer, most: number) => (text: string): string => {
  const ids = tokenizer.encode(text);
  // A character may have been cut in two.
  return ids.length <= most ? text : tokenizer.decode(ids.slice(0, most)).replace(/\uFFFD+$/, '');
};
