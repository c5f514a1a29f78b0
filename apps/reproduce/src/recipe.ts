import type { Hyperparameters, MethodName, Objective } from '@prefix-tuning/training';

/** One run of one table's cell: a short declaration to be checked against the paper. */
export interface Cell {
  readonly id: string;
  /** As the paper's row is named. */
  readonly title: string;
  readonly method: MethodName;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly objective: Objective;
  readonly batchSize: number;
  readonly hyperparameters: Hyperparameters;
  readonly paper: { readonly model: string; readonly method: string };
}

export interface Decoding {
  readonly beams: number;
  readonly maxNewTokens: number;
  readonly minNewTokens: number;
}

/** Beam 5, at most 100 new tokens, at least 5 (section 5 and the released code). */
export const tableToTextDecoding: Decoding = { beams: 5, maxNewTokens: 100, minNewTokens: 5 };

/**
 * Table 1, E2E, at mini scale: the paper's methods, objectives, prefix length and batch sizes (Table 5).
 *
 * A model two hundred times smaller than GPT-2 medium and a few hundred steps want larger learning rates than
 * Table 5's 8e-5 and 5e-5; these were chosen on the mini development set.
 */
export const e2eCells: readonly Cell[] = [
  {
    id: 'e2e-prefix',
    title: 'Prefix',
    method: 'prefix',
    settings: { length: 5, networkWidth: 512 },
    objective: 'example-sum',
    batchSize: 10,
    hyperparameters: { learningRate: 1e-3, steps: 500 },
    paper: { model: 'gpt2-medium', method: 'prefix-0.1%' },
  },
  {
    id: 'e2e-fine-tune',
    title: 'Fine-tune',
    method: 'fine-tune',
    settings: {},
    objective: 'token-mean',
    batchSize: 10,
    hyperparameters: { learningRate: 5e-4, steps: 400 },
    paper: { model: 'gpt2-medium', method: 'fine-tune' },
  },
];
