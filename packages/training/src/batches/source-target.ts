import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import type { Pair } from '@prefix-tuning/datasets';
import type { Model } from '@prefix-tuning/model';
import type { TokenSequence } from './sequence.js';

/** What encoding for an encoder-decoder model needs of it: special tokens come from its configuration. */
export type EncodingModel = Pick<Model, 'tokenizer' | 'generationConfig'>;

export interface SourceTargetOptions {
  /** Longest source and target in tokens, special tokens included: 512 and 60 in the paper, 100 for test targets. */
  readonly maxSource?: number;
  readonly maxTarget?: number;
  /** What happens to a longer one: an error, or the cut of the released code, which keeps the end token. */
  readonly tooLong?: 'error' | 'truncate';
}

export const sourceTargetFields: FieldsOf<SourceTargetOptions> = { maxSource: true, maxTarget: true, tooLong: true };

/** A source and its target as token ids, each with its special tokens. */
export interface TokenPair {
  readonly id: string;
  readonly source: readonly number[] | Int32Array;
  readonly target: readonly number[] | Int32Array;
}

/**
 * A pair as an encoder-decoder model trains on it: the decoder reads the start token and the target but its last
 * token, and predicts the target. Works on any token ids, such as a damaged text and its original.
 *
 * @param start  the decoder's start token; `</s>` in BART, so that targets are shifted right
 */
export function sourceTarget({ id, source, target }: TokenPair, start: number): TokenSequence {
  return { id, ids: [...source, start, ...target], from: source.length + 1 };
}

/**
 * Encodes a pair of texts: begin token, text, end token on either side.
 *
 * @throws ConfigError  if a text is too long, the model names no end or start token, or an option does not exist
 * @see the released code's Seq2SeqDataset and shift_tokens_right; differs in: a cut must be asked for
 */
export function encodeSourceTarget(pair: Pair, model: EncodingModel, options: SourceTargetOptions = {}): TokenSequence {
  const { maxTarget = 60, tooLong = 'error' } = options;
  const start = model.generationConfig.decoderStartTokenId;
  if (start === undefined) throw missing('decoder_start_token_id');
  const target = enclose(pair.target, model, { where: `the target of ${pair.id}`, most: maxTarget, tooLong });
  return sourceTarget({ id: pair.id, source: encodeSourceText(pair.source, model, { ...options, id: pair.id }), target }, start);
}

/** Encodes a source: what generation takes as a prompt. */
export function encodeSourceText(source: string, model: EncodingModel, options: SourceTargetOptions & { id?: string } = {}): number[] {
  checkFields('encode options', options, [...Object.keys(sourceTargetFields), 'id']);
  const { maxSource = 512, tooLong = 'error', id = 'a text' } = options;
  return enclose(source, model, { where: `the source of ${id}`, most: maxSource, tooLong });
}

function enclose(text: string, { tokenizer, generationConfig: { bosTokenId, eosTokenIds } }: EncodingModel, { where, most, tooLong }: { where: string; most: number; tooLong: 'error' | 'truncate' }): number[] {
  const [end] = eosTokenIds;
  if (end === undefined) throw missing('eos_token_id');
  const begin = bosTokenId === undefined ? [] : [bosTokenId];
  const tokens = tokenizer.encode(text);
  const room = most - begin.length - 1;
  if (tokens.length > room && (tooLong === 'error' || room < 1)) {
    throw new ConfigError(
      `encode: expected ${where} to have at most ${most} tokens, got ${tokens.length + begin.length + 1}. Set maxSource and maxTarget, cut it with tooLong: 'truncate', or leave it out.`,
      { details: { where, tokens: tokens.length, most } },
    );
  }
  return [...begin, ...tokens.slice(0, room), end];
}

const missing = (field: string) =>
  new ConfigError(`encode: expected ${field} in config.json, got none. Get the file again, or choose an encoder-decoder checkpoint.`, { details: { field } });
