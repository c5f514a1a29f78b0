import type { DatasetName } from '@prefix-tuning/datasets';
import type { FigurePoints } from './cells.js';
import { mini } from './profiles/mini.js';
import { paper } from './profiles/paper.js';
import type { ModelRole, Task } from './tasks.js';

/** A row of Table 5; steps in place of epochs where a profile is not about whole passes. */
export interface Tuned {
  readonly learningRate: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly batchSize: number;
  readonly labelSmoothing?: number;
  /** Prefix length. */
  readonly length?: number;
}

/** Rows of Table 5, and those that it leaves out. */
export type TunedRow = 'fine-tune' | 'ft-top2' | 'adapter-3%' | 'adapter-0.1%' | 'prefix-0.1%' | 'prefix-2%' | 'embedding' | 'infix';

export interface Decoding {
  readonly beams: number;
  readonly maxNewTokens: number;
  readonly minNewTokens: number;
  readonly lengthPenalty: number;
  readonly noRepeatNgramSize: number;
}

/** Section 6.3's protocol. */
export interface LowData extends Pick<FigurePoints, 'sizes'> {
  readonly subsets: number;
  /** Training seeds for each subset. */
  readonly seeds: number;
  readonly devShare: number;
  readonly steps: number;
  readonly warmupSteps: number;
  /** Steps between looks at the dev sample; the best of them is kept. */
  readonly everySteps: number;
  readonly tuned: Readonly<Record<'prefix' | 'fine-tune', Readonly<Record<'e2e' | 'xsum', Tuned>>>>;
}

/** All that `mini` and `paper` differ in: a table of settings, never a code path. */
export interface Profile {
  readonly name: string;
  /** What its numbers are, said wherever they are shown. */
  readonly scale: string;
  /** A shipped model's name, a folder, an id on the Hugging Face hub, or empty: to be named with --model. */
  readonly models: Readonly<Record<ModelRole, string>>;
  /** Datasets that --data does not name are written by this project, with so many tables or articles; or have to be named. */
  readonly data: { readonly write: boolean; readonly train: number; readonly dev: number; readonly test: number };
  readonly seeds: readonly number[];
  /** Whether frozen weights are rounded to eight bits: large models then take half to two thirds of the time. */
  readonly eightBits: boolean;
  /** Inputs of the test set that are decoded, evenly spread; 0 for all. */
  readonly test: number;
  /** Summarization: longest source and target in tokens (longer ones are cut), and longest output. */
  readonly tokens: { readonly source: number; readonly target: number };
  /** Adapters: share of the model's parameters. */
  readonly shares: Readonly<Record<'adapter-3%' | 'adapter-0.1%', number>>;
  /** M, hidden width of the prefix network. */
  readonly networkWidth: Readonly<Record<Task['kind'], number>>;
  readonly tuned: Readonly<Record<TunedRow, Readonly<Partial<Record<DatasetName, Tuned>>>>>;
  /** Figure 4. */
  readonly lengths: FigurePoints['lengths'];
  readonly lowData: LowData;
  readonly decoding: Readonly<Record<Task['kind'], Decoding>>;
}

export const profiles = { mini, paper } as const satisfies Record<string, Profile>;
export type ProfileName = keyof typeof profiles;
