import { checkFields, ConfigError, type FieldsOf, type OnProgress } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { Prefix } from './prefixes.js';
import type { SamplingOptions } from './sampling.js';
import type { Model } from '../model.js';

/**
 * What shapes the search. Each default is the checkpoint's own (generation_config.json, or config.json where there is
 * none), then Hugging Face's. Two things are not taken from there: whether and how to sample, and in a decoder alone
 * `max_length` and `min_length`, which count the prompt.
 */
export interface SearchOptions {
  readonly maxNewTokens?: number;
  /** The end token is forbidden before so many new tokens. */
  readonly minNewTokens?: number;
  /** Width of the beam search; 1 is greedy. */
  readonly beams?: number;
  /** How many of the best sequences to return per prompt; at most `beams`. */
  readonly returnSequences?: number;
  /** Scores are divided by length to this power: above 0 favours long sequences. */
  readonly lengthPenalty?: number;
  /** true: stop at `beams` finished sequences; false: when the best running one is unlikely to win; 'never': when it can't. */
  readonly earlyStopping?: boolean | 'never';
  /** Tokens that are never generated. */
  readonly forbiddenTokens?: readonly number[];
  /** Token sequences that are never generated; as in Hugging Face's, end tokens alone and what is longer than the text so far pass. */
  readonly forbiddenSequences?: readonly (readonly number[])[];
  /** Above 1 makes tokens that are in the prompt or the output less likely. */
  readonly repetitionPenalty?: number;
  /** No n tokens in a row come twice; 0 allows all. */
  readonly noRepeatNgramSize?: number;
  /** What the first new token must be; null for any. */
  readonly forcedFirstToken?: number | null;
  /** What the last token must be where `maxNewTokens` ends a sequence; null for any. */
  readonly forcedLastToken?: number | null;
  readonly endTokens?: readonly number[];
  /** Texts that end a sequence with the token in which one ends; it may begin in the prompt, and stays in the result. */
  readonly stopStrings?: readonly string[];
}

export interface GenerateOptions extends SearchOptions {
  /** What stands before the tokens in the decoder's self-attention. */
  readonly prefix?: Prefix;
  /** The same in an encoder's self-attention. */
  readonly encoderPrefix?: Prefix;
  /** The same in a decoder's attention to the source. */
  readonly crossPrefix?: Prefix;
  /**
   * Whether the first token stands after the prefix, which takes positions, or at position 0. Unless given, as in Li &
   * Liang's code: it takes some in a decoder alone and none in an encoder-decoder model, where PEFT's take some too.
   */
  readonly prefixPositions?: boolean;
  /** Draws tokens instead of taking the likeliest. */
  readonly sample?: SamplingOptions;
  /** Told each token as it is chosen; with one beam only. */
  readonly onToken?: (event: { readonly prompt: number; readonly token: number }) => void;
  /** Told each prompt's sequences, as they are returned, as soon as they are known: not in the order of the prompts. */
  readonly onSequences?: (event: { readonly prompt: number; readonly sequences: readonly Generated[] }) => void;
  /** Prompts decoded at a time; unless given as many as make a step worth its reading of the weights, if memory is there. */
  readonly batchSize?: number;
  readonly runtime?: Runtime;
  readonly onProgress?: OnProgress;
}

const samplingFields: FieldsOf<SamplingOptions> = { temperature: true, topK: true, topP: true, seed: true };

export type SearchSettings = Required<SearchOptions>;

/** One generated sequence. */
export interface Generated {
  /** New tokens; the end token is the last if the sequence ended by itself. */
  readonly tokens: readonly number[];
  /** Beam search: sum of log-probabilities over length to the length penalty. */
  readonly score?: number;
}

const fields: FieldsOf<GenerateOptions> = {
  maxNewTokens: true, minNewTokens: true, beams: true, returnSequences: true, lengthPenalty: true, earlyStopping: true, forbiddenTokens: true,
  forbiddenSequences: true, repetitionPenalty: true, noRepeatNgramSize: true, forcedFirstToken: true, forcedLastToken: true, endTokens: true,
  stopStrings: true, prefix: true, encoderPrefix: true, crossPrefix: true, prefixPositions: true, sample: true, onToken: true, onSequences: true,
  batchSize: true, runtime: true, onProgress: true,
};

/**
 * Fills in what the options leave out.
 *
 * @throws ConfigError  naming the option, if it is unknown or its value is out of range; or what the checkpoint asks for
 *   that is not supported
 */
export function resolveSettings(options: SearchOptions & Pick<GenerateOptions, 'sample'>, model: Pick<Model, 'config' | 'family' | 'generationConfig' | 'folder'>): SearchSettings {
  checkFields('generate', options, Object.keys(fields));
  if (options.sample) checkFields('generate sample', options.sample, Object.keys(samplingFields));
  const { raw, eosTokenIds } = model.generationConfig;
  const encoderDecoder = model.family.encoder !== undefined;
  const number = (name: string, fallback: number) => (typeof raw[name] === 'number' ? raw[name] : fallback);
  const list = <T>(name: string) => (Array.isArray(raw[name]) ? (raw[name] as T[]) : []);
  const token = (name: string) => (typeof raw[name] === 'number' ? raw[name] : null);
  // Hugging Face counts these lengths with the decoder's start token, and for a decoder alone with the prompt.
  const decoded = (name: string) => (encoderDecoder && typeof raw[name] === 'number' ? Math.max(0, raw[name] - 1) : undefined);
  const stopping = raw['early_stopping'];
  const stops = raw['stop_strings'];
  const { forcedFirstToken = encoderDecoder ? token('forced_bos_token_id') : null, forcedLastToken = token('forced_eos_token_id') } = options;
  const maxNewTokens = options.maxNewTokens ?? number('max_new_tokens', decoded('max_length') ?? 20);
  const settings: SearchSettings = {
    maxNewTokens,
    // A checkpoint's own minimum gives way to the maximum that a caller wants.
    minNewTokens: options.minNewTokens ?? Math.min(number('min_new_tokens', decoded('min_length') ?? 0), maxNewTokens),
    beams: options.beams ?? number('num_beams', 1),
    returnSequences: options.returnSequences ?? number('num_return_sequences', 1),
    lengthPenalty: options.lengthPenalty ?? number('length_penalty', 1),
    earlyStopping: options.earlyStopping ?? (stopping === true || stopping === 'never' ? stopping : false),
    forbiddenTokens: options.forbiddenTokens ?? list('suppress_tokens'),
    forbiddenSequences: options.forbiddenSequences ?? list('bad_words_ids'),
    repetitionPenalty: options.repetitionPenalty ?? number('repetition_penalty', 1),
    noRepeatNgramSize: options.noRepeatNgramSize ?? number('no_repeat_ngram_size', 0),
    forcedFirstToken,
    forcedLastToken,
    // One outside a small vocabulary, such as GPT-2's own, is never generated.
    endTokens: options.endTokens ?? eosTokenIds.filter((id) => id >= 0 && id < model.config.vocabulary),
    stopStrings: options.stopStrings ?? (typeof stops === 'string' ? [stops] : list('stop_strings')),
  };
  checkCheckpoint(model);
  check(settings, model.config.vocabulary);
  return settings;
}

/** What else a checkpoint may ask for, with what asks for nothing. */
const unsupported: Readonly<Record<string, unknown>> = {
  begin_suppress_tokens: null, encoder_no_repeat_ngram_size: 0, encoder_repetition_penalty: 1, exponential_decay_length_penalty: null,
  guidance_scale: 1, num_beam_groups: 1, renormalize_logits: false, sequence_bias: null,
};

function checkCheckpoint({ generationConfig: { raw }, folder }: Pick<Model, 'generationConfig' | 'folder'>): void {
  const need = (ok: boolean, field: string, expected: string) => {
    if (ok) return;
    const where = `${folder}/generation_config.json (or config.json): ${field}`;
    throw new ConfigError(`${where}: expected ${expected}, got ${JSON.stringify(raw[field])}. Take it out of the file.`, { details: { field, folder } });
  };
  for (const [field, nothing] of Object.entries(unsupported)) need((raw[field] ?? nothing) === nothing, field, `${nothing}, as no other is supported`);
  need(!Array.isArray(raw['forced_eos_token_id']), 'forced_eos_token_id', 'one token id, as no more are supported');
}

function check(settings: SearchSettings, vocabulary: number): void {
  const need = (ok: boolean, field: keyof SearchSettings, expected: string) => {
    if (ok) return;
    throw new ConfigError(`generate: ${field}: expected ${expected}, got ${JSON.stringify(settings[field])}. Correct the option.`, {
      details: { field, value: settings[field] },
    });
  };
  const count = (n: number, least: number) => Number.isInteger(n) && n >= least;
  const isToken = (id: number) => count(id, 0) && id < vocabulary;
  need(count(settings.maxNewTokens, 1), 'maxNewTokens', 'an integer of at least 1');
  need(count(settings.minNewTokens, 0) && settings.minNewTokens <= settings.maxNewTokens, 'minNewTokens', `0 to maxNewTokens = ${settings.maxNewTokens}`);
  need(count(settings.beams, 1), 'beams', 'an integer of at least 1');
  need(count(settings.returnSequences, 1) && settings.returnSequences <= settings.beams, 'returnSequences', `1 to beams = ${settings.beams}`);
  need(Number.isFinite(settings.lengthPenalty), 'lengthPenalty', 'a number');
  need(settings.repetitionPenalty > 0, 'repetitionPenalty', 'a number above 0');
  need(count(settings.noRepeatNgramSize, 0), 'noRepeatNgramSize', 'an integer of at least 0');
  need(settings.forbiddenTokens.every(isToken), 'forbiddenTokens', `ids below ${vocabulary}`);
  need(settings.forbiddenSequences.every((ids) => ids.length > 0 && ids.every(isToken)), 'forbiddenSequences', `lists of ids below ${vocabulary}`);
  for (const field of ['forcedFirstToken', 'forcedLastToken'] as const) need(settings[field] === null || isToken(settings[field]), field, `an id below ${vocabulary}, or null`);
  need(settings.endTokens.every(isToken), 'endTokens', `ids below ${vocabulary}`);
  need(settings.stopStrings.every((stop) => stop !== ''), 'stopStrings', 'texts that are not empty');
}
