import { ConfigError } from '@prefix-tuning/base';
import type { TokenizedText } from './embedder.js';
import { importPeer, readJson } from './peers.js';

/** What is needed of a tokenizer, whichever library it comes from. */
export interface TokenizerCore {
  encode(text: string, addSpecialTokens: boolean): { ids: readonly number[]; tokens: readonly string[] };
  idOf(token: string): number | undefined;
  /** The contents of tokenizer_config.json. */
  readonly config: TokenizerConfig;
}

export interface TokenizerConfig {
  readonly cls_token?: SpecialToken;
  readonly sep_token?: SpecialToken;
  readonly pad_token?: SpecialToken;
  readonly model_max_length?: number;
  readonly tokenizer_class?: string;
}

type SpecialToken = string | { readonly content: string } | null;

export interface TokenizerOptions {
  /** Tokens per text at most, special ones included; by default `model_max_length` of tokenizer_config.json. */
  readonly maxLength?: number | undefined;
}

/** Reads texts as the models of the Python libraries do. */
export interface TextTokenizer {
  readonly tokenize: (text: string) => TokenizedText;
  readonly padId: number;
}

/** bert-score gives these tokenizers a space before the first word. */
const PREFIXED = /^(Roberta|GPT2)Tokenizer/;

/**
 * Completes a tokenizer with what Python's `tokenizer.encode(text, truncation=True)` does: texts that are too long lose
 * tokens before the closing special ones. Special means the class and separator token, wherever they stand.
 */
export function createTextTokenizer(core: TokenizerCore, { maxLength = core.config.model_max_length ?? Infinity }: TokenizerOptions): TextTokenizer {
  const { config } = core;
  const id = (token: SpecialToken | undefined) => (token ? core.idOf(typeof token === 'string' ? token : token.content) : undefined);
  const specials = new Set([id(config.cls_token), id(config.sep_token)]);
  const { prefix, suffix } = countAdded(core);
  if (maxLength < prefix + suffix) {
    throw new ConfigError(`tokenizer: expected a length limit of at least ${prefix + suffix}, got ${maxLength}.`, { details: { maxLength } });
  }
  const cut = <T>(items: readonly T[]) =>
    items.length <= maxLength ? [...items] : [...items.slice(0, maxLength - suffix), ...items.slice(items.length - suffix)];
  const space = PREFIXED.test(config.tokenizer_class ?? '') ? ' ' : '';
  const lowerCases = core.encode('A', false).ids.join() === core.encode('a', false).ids.join();
  // Lower case letter by letter, as in Rust: JavaScript's toLowerCase would write a sigma at the end of a word as U+03C2.
  const prepare = (text: string) => (text === '' ? text : space + (lowerCases ? text.replaceAll('\u03a3', '\u03c3') : text));
  return {
    padId: id(config.pad_token) ?? 0,
    tokenize: (text) => {
      const encoded = core.encode(prepare(text), true);
      const ids = cut(encoded.ids);
      return { ids, tokens: cut(encoded.tokens), special: ids.map((each) => specials.has(each)) };
    },
  };
}

/** How many special tokens the tokenizer puts before and after a text. */
function countAdded(core: TokenizerCore): { prefix: number; suffix: number } {
  const bare = core.encode('a', false).ids;
  const full = core.encode('a', true).ids;
  const added = full.length - bare.length;
  for (let prefix = 0; prefix <= added; prefix++) {
    if (bare.every((each, k) => full[prefix + k] === each)) return { prefix, suffix: added - prefix };
  }
  return { prefix: added, suffix: 0 };
}

/** The class of @huggingface/tokenizers, as far as it is used here. */
interface HuggingFaceTokenizers {
  readonly Tokenizer: new (tokenizer: object, config: object) => {
    encode(text: string, options: { add_special_tokens: boolean }): { ids: number[]; tokens: string[] };
    token_to_id(token: string): number | undefined;
  };
}

export interface TokenizerFiles {
  /** tokenizer.json: a path, an address, or its parsed contents. */
  readonly tokenizer: string | object;
  /** tokenizer_config.json: the same. */
  readonly tokenizerConfig: string | object;
  /** The imported module @huggingface/tokenizers, where the package's name can't be imported at run time (browsers). */
  readonly tokenizers?: unknown;
}

/**
 * Opens a tokenizer of the Hugging Face file format.
 *
 * @throws MissingPeerError  if @huggingface/tokenizers is neither given nor installed
 * @throws FileError  if a file cannot be read
 */
export async function loadTokenizer(files: TokenizerFiles): Promise<TokenizerCore> {
  const { Tokenizer } = (files.tokenizers ?? (await importPeer(['@huggingface/tokenizers'], 'tokenizers'))) as HuggingFaceTokenizers;
  const config = await readJson(files.tokenizerConfig);
  const tokenizer = new Tokenizer(await readJson(files.tokenizer), config);
  return {
    config,
    encode: (text, addSpecialTokens) => tokenizer.encode(text, { add_special_tokens: addSpecialTokens }),
    idOf: (token) => tokenizer.token_to_id(token),
  };
}
