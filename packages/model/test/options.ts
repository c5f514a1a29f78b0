import type { SearchOptions } from '../src/generate/settings.js';

const names: Record<string, keyof SearchOptions> = {
  max_new_tokens: 'maxNewTokens',
  min_new_tokens: 'minNewTokens',
  num_beams: 'beams',
  num_return_sequences: 'returnSequences',
  length_penalty: 'lengthPenalty',
  early_stopping: 'earlyStopping',
  repetition_penalty: 'repetitionPenalty',
  no_repeat_ngram_size: 'noRepeatNgramSize',
  suppress_tokens: 'forbiddenTokens',
  bad_words_ids: 'forbiddenSequences',
  forced_bos_token_id: 'forcedFirstToken',
  forced_eos_token_id: 'forcedLastToken',
  eos_token_id: 'endTokens',
  stop_strings: 'stopStrings',
};

/** Options under Hugging Face's names as ours. */
export const ours = (settings: Record<string, unknown>): SearchOptions => Object.fromEntries(Object.entries(settings).map(([name, value]) => [names[name]!, value]));
