import type { Hosted } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import type { Model } from '../model.js';
import type { Cache, Slots } from './cache.js';
import type { Memory } from './memory.js';
import type { BySite } from './prefixes.js';
import type { Programs, Scored } from './programs.js';
import type { Continuation, Row, Search } from './search.js';
import type { GenerateOptions, SearchSettings } from './settings.js';

/** One call of `generate`. */
export interface Job {
  readonly model: Model;
  readonly programs: Programs;
  readonly settings: SearchSettings;
  readonly prompts: readonly (readonly number[])[];
  readonly options: GenerateOptions;
  readonly prefixes: BySite;
  /** Tokens that every prompt begins with and that stand in the prefix already; none unless given. */
  readonly begun?: number;
  /** Where its caches are. */
  readonly memory: Memory;
}

/** A prompt being decoded. Its rows in the cache are a block of as many as it has beams; what they share is one row more. */
export interface Active {
  readonly prompt: number;
  readonly search: Search;
  /** Slots that its rows share. */
  readonly shared: number;
  /** Position of what stands in a row's first own slot. */
  readonly firstPosition: number;
  /** Own slots that are filled. */
  length: number;
  /** Row within the block, and next token, of each beam. */
  rows: number[];
  tokens: number[];
  /** First slot in which two rows of the block may differ, [row][row]: beams that come from one are alike up to there. */
  readonly apart: number[][];
}

/** A prompt that has been read, with where its keys and values are in the program's output. */
export interface Admitted {
  readonly item: Active;
  readonly next: readonly Continuation[] | undefined;
  /** What each row begins with; nothing in a decoder alone. */
  readonly own: Placed | undefined;
  readonly shared: Placed;
}

export interface Placed {
  readonly past: Hosted<Past>;
  /** In the order in which they follow each other. */
  readonly slots: readonly Slots[];
}

/** Takes prompts in: reads them and makes each one's first choice. */
export interface Intake {
  /** Prompts that wait. */
  left(): number;
  /** Takes some in, at least one and at most `room`. */
  next(room: number): Promise<Admitted[]>;
}

/** Keys and values of all prompts being decoded: of new tokens, a row per beam, and of the prompts or sources, a row each. */
export interface Store {
  readonly own: Cache;
  readonly shared: Cache;
}

/** Whether prefixes take positions. */
export const takesPositions = ({ model, options }: Pick<Job, 'model' | 'options'>): boolean => options.prefixPositions ?? !model.family.encoder;

/** Slots that the rows of a prompt share: those of the prompt, or of the source, its own prefix included. */
export const sharedSlots = ({ model, prompts, prefixes, begun = 0 }: Pick<Job, 'model' | 'prompts' | 'prefixes' | 'begun'>, prompt: number): number =>
  prompts[prompt]!.length - begun + (model.family.encoder ? prefixes.crossPrefix : prefixes.prefix).slots(prompt);

/** What a program says of one row's next token, as views. */
export function rowOf({ scores, tokens: [tokens] }: Hosted<Scored>, row: number): Row {
  const [begin, end] = [row * scores.shape[1]!, (row + 1) * scores.shape[1]!];
  return { scores: (scores.data as Float32Array).subarray(begin, end), tokens: (tokens?.data as Int32Array | undefined)?.subarray(begin, end) };
}
