import { ConfigError } from '@prefix-tuning/base';
import { takesPositions, type Job } from './active.js';
import type { GenerateOptions, SearchSettings } from './settings.js';

/** Refuses prompts and options that do not fit the model or each other. */
export function checkPrompts({ model, settings, prompts, prefixes, options }: Omit<Job, 'programs'>): void {
  const { batchSize } = options;
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new ConfigError(`generate: batchSize: expected a positive integer, got ${batchSize}.`, { details: { field: 'batchSize' } });
  }
  checkSampling(settings, options);
  if (options.prefixPositions === false && !model.family.encoder) {
    throw new ConfigError(`generate: prefixPositions: expected true for ${model.family.name}, which has no encoder, got false.`, { details: { field: 'prefixPositions' } });
  }
  if (!Array.isArray(prompts)) {
    throw new ConfigError(`generate: prompts: expected a list of prompts, got ${typeof prompts}. Pass an array, of one prompt too.`, { details: { field: 'prompts' } });
  }
  prompts.forEach((prompt: readonly number[], i) => {
    if (!Array.isArray(prompt) && !ArrayBuffer.isView(prompt)) {
      throw new ConfigError(`generate: prompt ${i}: expected a list of token ids, got ${typeof prompt}. Encode it with the model's own tokenizer.`, { details: { prompt: i } });
    }
    if (prompt.length === 0) {
      throw new ConfigError(`generate: prompt ${i}: expected at least one token, got none. Begin it with the begin token.`, { details: { prompt: i } });
    }
    const { vocabulary } = model.config;
    const unknown = prompt.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
    if (unknown !== undefined) {
      throw new ConfigError(`generate: prompt ${i}: expected ids below ${vocabulary}, got ${unknown}. Encode it with the model's own tokenizer.`, { details: { prompt: i } });
    }
    checkLength({ model, settings, prefixes, options }, { i, length: prompt.length });
  });
}

function checkSampling({ beams }: SearchSettings, { sample, onToken }: GenerateOptions): void {
  const need = (ok: boolean, field: string, expected: string) => {
    if (!ok) throw new ConfigError(`generate: ${field}: expected ${expected}. Correct the option.`, { details: { field } });
  };
  need(!sample || beams === 1, 'sample', `beams = 1 with it, got ${beams}`);
  need(!onToken || beams === 1, 'onToken', `beams = 1 with it, got ${beams}: a beam's tokens are not final until it ends`);
  if (!sample) return;
  const { temperature = 1, topK = 0, topP = 1 } = sample;
  need(temperature > 0, 'sample.temperature', `a number above 0, got ${temperature}`);
  need(Number.isInteger(topK) && topK >= 0, 'sample.topK', `an integer of at least 0, got ${topK}`);
  need(topP > 0 && topP <= 1, 'sample.topP', `a number above 0 and at most 1, got ${topP}`);
}

function checkLength({ model, settings, prefixes, options }: Omit<Job, 'programs' | 'prompts' | 'memory'>, { i, length }: { i: number; length: number }): void {
  const limit = model.config.maxPositions;
  const own = model.family.encoder ? 1 : length;
  const P = takesPositions({ model, options }) ? prefixes.prefix.length(i) : 0;
  if (P + own + settings.maxNewTokens <= limit && length <= limit) return;
  throw new ConfigError(
    `generate: prompt ${i}: expected at most ${limit} positions, got ${P} (prefix) + ${length} (prompt) + ` +
      `${settings.maxNewTokens} (maxNewTokens). Shorten the prompt or lower maxNewTokens.`,
    { details: { prompt: i, length, limit } },
  );
}
