import type { Hosted, HostTensor } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import type { Model } from '../model.js';
import type { Cache, Slots } from './cache.js';
import type { BySite } from './prefixes.js';
import type { Programs } from './programs.js';
import type { Continuation, Search } from './search.js';
import type { GenerateOptions, SearchSettings } from './settings.js';

/** One call of `generate`. */
export interface Job {
  readonly model: Model;
  readonly programs: Programs;
  readonly settings: SearchSettings;
  readonly prompts: readonly (readonly number[])[];
  readonly options: GenerateOptions;
  readonly prefixes: BySite;
}

/** A prompt being decoded. Its rows in the cache are a block of as many as it has beams. */
export interface Active {
  readonly prompt: number;
  readonly search: Search;
  /** Slots of the source, prefix included; 0 for a decoder alone. */
  readonly source: number;
  /** Slots that take no position: a prefix's, where `prefixPositions` is off. */
  readonly unplaced: number;
  /** Slots filled in all. */
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
  readonly own: Placed;
  readonly cross: Placed | undefined;
}

export interface Placed {
  readonly past: Hosted<Past>;
  readonly slots: Slots;
}

/** Keys and values of all prompts being decoded: of their own tokens, a row per beam, and of their sources, a row each. */
export interface Store {
  readonly own: Cache;
  readonly cross: Cache | undefined;
}

/** Whether prefixes take positions. */
export const takesPositions = ({ model, options }: Pick<Job, 'model' | 'options'>): boolean => options.prefixPositions ?? !model.family.encoder;

/** One row of scores [n, V], as a view. */
export const scoreRow = ({ shape, data }: HostTensor, row: number): Float32Array => (data as Float32Array).subarray(row * shape[1]!, (row + 1) * shape[1]!);
