import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import type { Pair } from '@prefix-tuning/datasets';
import type { TokenSequence } from './sequence.js';

/** The part of a tokenizer that encoding needs. */
export interface TextEncoder {
  encode(text: string): readonly number[];
  idOf(token: string): number | undefined;
}

export interface EncodeOptions {
  /** Longest sequence in tokens; the released code cuts at 512. */
  readonly maxLength?: number;
  /** What happens to a longer one: an error, or the cut of the released code (the end of the target is lost). */
  readonly tooLong?: 'error' | 'truncate';
  /** A token before the source, which models like Llama and Gemma expect at the beginning of any text; none in GPT-2. */
  readonly first?: string;
  /** Begin and end token; both `<|endoftext|>` in GPT-2's own vocabulary. */
  readonly begin?: string;
  readonly end?: string;
}

/** The begin and end token of GPT-2's own vocabulary. */
export const endOfText = '<|endoftext|>';

export const encodeFields: FieldsOf<EncodeOptions> = { maxLength: true, tooLong: true, first: true, begin: true, end: true };

/**
 * Encodes source and target as one sequence: the first token if there is one, a space, the source, a space, the begin token, a space,
 * the target, a space, the end token. The loss falls on what follows the begin token.
 *
 * @throws ConfigError  if a sequence is too long, begin and end are no tokens of the vocabulary, or an option does not exist
 * @see the released code's LineByLineData2TextTextDataset; differs in: a cut must be asked for
 */
export function encodePair(pair: Pair, tokenizer: TextEncoder, options: EncodeOptions = {}): TokenSequence {
  const { maxLength = 512, tooLong = 'error', end = endOfText } = options;
  const prompt = encodePrompt(pair.source, tokenizer, options);
  const ids = [...prompt, ...tokenizer.encode(spaced(pair.target, `the target of ${pair.id}`)), tokenId(end, tokenizer)];
  if (ids.length > maxLength && (tooLong === 'error' || prompt.length >= maxLength)) {
    throw new ConfigError(
      `encode: expected ${pair.id} to have at most ${maxLength} tokens, got ${ids.length}, ${prompt.length} of them before the target. ` +
        "Set maxLength, cut it with tooLong: 'truncate', or leave it out.",
      { details: { id: pair.id, tokens: ids.length, maxLength } },
    );
  }
  return { id: pair.id, ids: ids.slice(0, maxLength), from: prompt.length };
}

/** Encodes a source up to and with the begin token: what a target is generated after. */
export function encodePrompt(source: string, tokenizer: TextEncoder, options: EncodeOptions = {}): number[] {
  checkFields('encode options', options, Object.keys(encodeFields));
  const { first, begin = endOfText } = options;
  const before = first === undefined ? [] : [tokenId(first, tokenizer)];
  return [...before, ...tokenizer.encode(spaced(source, 'a source')), tokenId(begin, tokenizer)];
}

/** A field that is not there would be encoded as the word "undefined". */
function spaced(text: string, what: string): string {
  if (typeof text === 'string') return ` ${text} `;
  throw new ConfigError(`encode: expected text as ${what}, got ${typeof text}. Pass a string.`, { details: { what } });
}

function tokenId(token: string, tokenizer: TextEncoder): number {
  const id = tokenizer.idOf(token);
  if (id !== undefined) return id;
  throw new ConfigError(`encode: expected ${token} in the vocabulary, got a tokenizer without it. Name its begin and end tokens.`, { details: { token } });
}
