import type { Model } from '@prefix-tuning/model';

/** What training needs of a model: no tokenizer, so that a model made from a configuration alone trains too. */
export type TrainableModel = Pick<Model, 'family' | 'config' | 'parameters'>;

/** L, H (of keys and values), D and C of a model. */
export interface AttentionShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly width: number;
}

export function attentionShape({ config }: TrainableModel): AttentionShape {
  return { layers: config.layers, heads: config.keyValueHeads, headDim: config.headSize, width: config.width };
}

/** Longest row of tokens that a tuned model can read: its positions less those that virtual tokens take. */
export function tokenLimit({ config }: TrainableModel, { settings }: { readonly settings: Readonly<Record<string, unknown>> }): number {
  const { length } = settings;
  return config.maxPositions - (typeof length === 'number' ? length : 0);
}
