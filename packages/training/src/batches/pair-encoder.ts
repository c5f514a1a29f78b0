import { checkFields, ConfigError } from '@prefix-tuning/base';
import type { Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import { encodeFields, encodePair, encodePrompt, endOfText, type EncodeOptions } from './encode.js';
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
 * The encoding for a model: source and target as one sequence, or apart for an encoder-decoder model. First, begin and end token
 * are the model's own unless given. The options of the other encoding may be there, too.
 *
 * @throws ConfigError  for an option that neither has, or a value out of range
 */
export function pairEncoder(model: EncodingModel & Pick<Model, 'family'>, options: EncodeOptions & SourceTargetOptions = {}): PairEncoder {
  checkFields('pairEncoder', options, Object.keys({ ...encodeFields, ...sourceTargetFields }));
  checkRanges(options);
  const own = (fields: object) => Object.fromEntries(Object.entries(options).filter(([name, value]) => name in fields && value !== undefined));
  if (model.family.encoder) {
    const apart: SourceTargetOptions = own(sourceTargetFields);
    return { pair: (pair) => encodeSourceTarget(pair, model, apart), prompt: (source) => encodeSourceText(source, model, apart) };
  }
  let found: EncodeOptions | undefined;
  // Late, as the tokenizer of a model that was loaded without one refuses every use; once for all pairs.
  const joined = (): EncodeOptions => (found ??= { ...tokensOf(model), ...own(encodeFields) });
  return { pair: (pair) => encodePair(pair, model.tokenizer, joined()), prompt: (source) => encodePrompt(source, model.tokenizer, joined()) };
}

/**
 * A model's own tokens: what its tokenizer puts before any text, its begin token, and the end token at which its generation stops; a
 * model that names none has GPT-2's.
 */
function tokensOf({ tokenizer, generationConfig: { bosTokenId, eosTokenIds } }: EncodingModel): Pick<EncodeOptions, 'first' | 'begin' | 'end'> {
  const spelled = (ids: readonly (number | undefined)[]) => ids.flatMap((id) => (id === undefined ? [] : (tokenizer.tokenOf(id) ?? [])));
  const [plain, whole] = [false, true].map((addSpecialTokens) => tokenizer.encode('x', { addSpecialTokens })[0]);
  const [first] = whole === plain ? [] : spelled([whole]);
  const [end = endOfText] = spelled(eosTokenIds);
  const [begin = end] = spelled([bosTokenId]);
  return { ...(first === undefined ? {} : { first }), begin, end };
}

function checkRanges({ tooLong = 'error', maxLength = 1, maxSource = 1, maxTarget = 1 }: EncodeOptions & SourceTargetOptions): void {
  if (tooLong !== 'error' && tooLong !== 'truncate') throw wrong('tooLong', 'error or truncate', tooLong);
  for (const [field, value] of Object.entries({ maxLength, maxSource, maxTarget })) {
    if (!(value === Infinity || (Number.isInteger(value) && value >= 1))) throw wrong(field, 'a whole number of at least 1', value);
  }
}

const wrong = (field: string, expected: string, got: unknown) =>
  new ConfigError(`pairEncoder: expected ${field} to be ${expected}, got ${String(got)}. Correct the option.`, { details: { field, got } });
