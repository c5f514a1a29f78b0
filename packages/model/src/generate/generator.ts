import { checkFields } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { Model } from '../model.js';
import { candidateCount } from './beam-search.js';
import { bucket } from './buckets.js';
import { createMemory } from './memory.js';
import { resolvePrefixes } from './prefixes.js';
import { tokensToSee } from './processors.js';
import { createPrograms, type Programs, type ScoreOptions } from './programs.js';
import { MOST_ROWS, run } from './run.js';
import { resolveSettings, type Generated, type GenerateOptions, type SearchSettings } from './settings.js';

/**
 * Generates the continuation of each prompt: greedy, or beam search with `beams` above 1.
 *
 * Prompts are taken in as others finish, so that every step decodes a full batch. Programs are compiled for this call
 * and freed after it; for many calls make one {@link createGenerator}.
 *
 * @param prompts  token ids, each row of its own length, none empty; the sources of an encoder-decoder model
 * @returns for each prompt its best sequences, best first: `returnSequences` of them
 * @throws ConfigError  if an option is out of range or a sequence would be longer than the model's positions
 */
export async function generate(model: Model, prompts: readonly (readonly number[])[], options: GenerateOptions = {}): Promise<Generated[][]> {
  const generator = generatorOf(model, { runtime: options.runtime, once: true });
  try {
    return await generator.generate(prompts, options);
  } finally {
    await generator.dispose();
  }
}

export interface Generator {
  /** As {@link generate}, with this generator's compiled programs. */
  generate(prompts: readonly (readonly number[])[], options?: Omit<GenerateOptions, 'runtime'>): Promise<Generated[][]>;
  /** Frees what it keeps. */
  dispose(): Promise<void>;
}

/**
 * Keeps the programs that it compiles, and the memory of the last call's keys and values, from call to call.
 *
 * @throws ConfigError  for an option that is not of the generator, but of each call or of the runtime
 */
export function createGenerator(model: Model, options: Pick<GenerateOptions, 'runtime'> = {}): Generator {
  checkFields('createGenerator', options, ['runtime']);
  return generatorOf(model, { runtime: options.runtime, once: false });
}

/** @param options.once  whether it is for one call alone, so that it is known how much its programs have to do */
function generatorOf(model: Model, { runtime, once }: { runtime: Runtime | undefined; once: boolean }): Generator {
  const compiled: Record<string, Programs> = {};
  let memory = createMemory();
  return {
    async generate(prompts, options = {}) {
      const settings = resolveSettings(options, model);
      const scores = scoresFor(settings, options.sample !== undefined, model.config.vocabulary);
      const programs = (compiled[JSON.stringify(scores)] ??= createPrograms(model, { scores, runtime, runs: once ? stepsFor(settings, prompts.length, options) : undefined }));
      return run({ model, programs, settings, prompts, options, memory, prefixes: resolvePrefixes(options, model.config, prompts.length) });
    },
    dispose: async () => {
      memory = createMemory();
      await Promise.all(Object.values(compiled).map((programs) => programs.dispose()));
    },
  };
}

/** Steps of decoding at most, where memory is no limit. */
function stepsFor({ beams, maxNewTokens }: SearchSettings, prompts: number, { batchSize = Math.max(1, Math.floor(MOST_ROWS / beams)) }: GenerateOptions): number {
  return Math.ceil(prompts / batchSize) * maxNewTokens;
}

/** To find more of a row's tokens than these takes a program as long as to hand all of them over. */
const MOST_TOKENS = 64;

function scoresFor(settings: SearchSettings, samples: boolean, vocabulary: number): ScoreOptions {
  const kind = settings.beams > 1 ? 'log-probabilities' : 'logits';
  const needed = samples ? undefined : tokensToSee(settings, settings.beams > 1 ? candidateCount(settings) : 1);
  // In few sizes, so that like settings share programs.
  return { kind, tokens: needed !== undefined && needed <= Math.min(MOST_TOKENS, vocabulary) ? Math.min(bucket(needed), vocabulary) : undefined };
}
