import type { MethodName, Objective } from '@prefix-tuning/training';
import type { TunedRow } from './profile.js';

/** A row of the paper's tables: a method with the settings that make it that row. */
export interface MethodRow {
  readonly title: string;
  readonly method: MethodName;
  readonly objective: Objective;
  readonly tunedAs: TunedRow;
  /** Virtual tokens, where the row and not Table 5 says how many. */
  readonly length?: number;
}

// The released code sums a prefix's loss over a target's tokens, and averages that of the other methods.
const prefix = { method: 'prefix', objective: 'example-sum' } as const;
const embedding = { method: 'embedding-only', objective: 'example-sum', tunedAs: 'embedding' } as const;
const infix = { method: 'infix', objective: 'example-sum', tunedAs: 'infix' } as const;
const adapter = { method: 'adapter', objective: 'token-mean' } as const;

/** Named as in `paper.json`. */
export const methodRows = {
  'fine-tune': { title: 'Fine-tune', method: 'fine-tune', objective: 'token-mean', tunedAs: 'fine-tune' },
  'ft-top2': { title: 'FT-top2', method: 'ft-top2', objective: 'token-mean', tunedAs: 'ft-top2' },
  'adapter-3%': { ...adapter, title: 'Adapter (3%)', tunedAs: 'adapter-3%' },
  'adapter-0.1%': { ...adapter, title: 'Adapter (0.1%)', tunedAs: 'adapter-0.1%' },
  'prefix-0.1%': { ...prefix, title: 'Prefix (0.1%)', tunedAs: 'prefix-0.1%' },
  'prefix-2%': { ...prefix, title: 'Prefix (2%)', tunedAs: 'prefix-2%' },
  'emb-1': { ...embedding, title: 'Emb-1', length: 1 },
  'emb-10': { ...embedding, title: 'Emb-10', length: 10 },
  'emb-20': { ...embedding, title: 'Emb-20', length: 20 },
  'infix-1': { ...infix, title: 'Infix-1', length: 1 },
  'infix-10': { ...infix, title: 'Infix-10', length: 10 },
  'infix-20': { ...infix, title: 'Infix-20', length: 20 },
} as const satisfies Record<string, MethodRow>;

export type RowName = keyof typeof methodRows;
