import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { ConfigError } from '@prefix-tuning/base';

/** Text to token ids and back, as `tokenizer.json` defines it. */
export interface Tokenizer {
  /** Token ids of a text. Special tokens written in the text are recognised; none are added unless asked for. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** Text of token ids. */
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  /** Id of one token as the vocabulary spells it, such as `<|endoftext|>`. */
  idOf(token: string): number | undefined;
  /** The token of one id as the vocabulary spells it, such as `Ġthe`. */
  tokenOf(id: number): string | undefined;
  /** Number of ids, added tokens included. */
  readonly size: number;
}

/**
 * Makes a tokenizer from the contents of `tokenizer.json` and, if there is one, `tokenizer_config.json`.
 *
 * @throws ConfigError  if the content is not a tokenizer
 */
export function createTokenizer(json: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>> = {}, file = 'tokenizer.json'): Tokenizer {
  const tokenizer = build(json, config, file);
  return {
    encode: (text, { addSpecialTokens = false } = {}) => {
      // The library would encode the word "undefined" for a field that is not there.
      if (typeof text !== 'string') throw new ConfigError(`${file}: expected text to encode, got ${text === null ? 'null' : typeof text}. Pass a string.`, { details: { file } });
      return tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids;
    },
    decode: (ids, { skipSpecialTokens = false } = {}) =>
      // The library refuses to decode nothing.
      ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: skipSpecialTokens, clean_up_tokenization_spaces: false }),
    idOf: (token) => tokenizer.token_to_id(token),
    tokenOf: (id) => tokenizer.id_to_token(id),
    size: tokenizer.get_vocab(true).size,
  };
}

function build(json: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>, file: string): HubTokenizer {
  try {
    return new HubTokenizer({ ...withModelType(json), pre_tokenizer: withAllDigits(json['pre_tokenizer'] as PreTokenizer | null) }, config);
  } catch (cause) {
    throw new ConfigError(`${file}: expected a tokenizer that this toolkit knows, got ${(cause as Error).message}. Get the file again.`, { details: { file }, cause });
  }
}

/** Older files leave the model's type out; one with merges is byte-pair encoding. */
function withModelType(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const model = json['model'];
  if (typeof model !== 'object' || model === null || 'type' in model || !('merges' in model)) return { ...json };
  return { ...json, model: { type: 'BPE', ...model } };
}

interface PreTokenizer {
  readonly type?: string;
  readonly pretokenizers?: readonly PreTokenizer[];
  readonly individual_digits?: boolean;
}

/** Python's `Digits` splits at every number of Unicode, such as ² or ½, the library's at those of ASCII. */
function withAllDigits(pre: PreTokenizer | null): unknown {
  if (pre?.type === 'Sequence') return { ...pre, pretokenizers: pre.pretokenizers?.map(withAllDigits) };
  if (pre?.type !== 'Digits') return pre;
  return { type: 'Split', pattern: { Regex: pre.individual_digits ? '\\p{N}' : '\\p{N}+' }, behavior: 'Isolated', invert: false };
}

/** Stands in for the tokenizer of a model loaded without one: every use says so. */
export function absentTokenizer(folder: string): Tokenizer {
  const refuse = (): never => {
    throw new ConfigError(`${folder}: expected a tokenizer, got a model loaded with \`withoutTokenizer\`. Load it with its tokenizer.json.`, {
      details: { folder },
    });
  };
  return {
    encode: refuse,
    decode: refuse,
    idOf: refuse,
    tokenOf: refuse,
    get size() {
      return refuse();
    },
  };
}
