import { ConfigError } from '@prefix-tuning/base';
import type { Model } from '@prefix-tuning/model';
import type { CollateOptions } from './batches/batch.js';
import type { Layout } from './batches/layout.js';

/**
 * What training needs of a model: no tokenizer, so that a model made from a configuration alone trains too. What is there of the
 * rest is saved with what was trained: where the model came from, for PEFT to find it, and in a whole checkpoint its tokenizer.
 */
export type TrainableModel = Pick<Model, 'family' | 'config' | 'parameters'> & Partial<Pick<Model, 'folder' | 'otherFiles'>>;

/** L, H (of keys and values), D and C of a model. */
export interface AttentionShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly width: number;
}

/** The shape of a decoder's attention, which a prefix has to fit. */
export function attentionShape({ config }: TrainableModel): AttentionShape {
  return { layers: config.layers, heads: config.keyValueHeads, headDim: config.headSize, width: config.width };
}

/** How a model reads source and target, unless a method stands between them. */
export const layoutOf = ({ family }: TrainableModel): Layout => (family.encoder ? 'encoded' : 'joined');

/** @throws ConfigError  if a model has an encoder, for methods that the paper has for one sequence alone */
export function decoderOnly(method: string, { family }: TrainableModel): void {
  if (!family.encoder) return;
  throw new ConfigError(`${method}: expected a decoder-only model, got ${family.name}, which has an encoder. Tune it with prefix.`, { details: { method, family: family.name } });
}

/** @throws ConfigError  if virtual tokens leave a decoder-only model no position for a token */
export function checkLength(method: string, { family, config: { maxPositions } }: TrainableModel, length: number): void {
  if (family.encoder || !(length >= maxPositions)) return;
  throw new ConfigError(`${method}: expected length below the model's ${maxPositions} positions, got ${length}. Choose a shorter one: tokens need positions too.`, { details: { method, field: 'length', value: length } });
}

interface Tuned {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly layout: Layout;
  readonly noise?: unknown;
}

/**
 * Longest row of tokens that a tuned model can read: its positions less those that virtual tokens take. In an
 * encoder-decoder model they take none.
 */
export function tokenLimit({ family, config }: TrainableModel, { settings: { length } }: Pick<Tuned, 'settings'>): number {
  return config.maxPositions - (typeof length === 'number' && !family.encoder ? length : 0);
}

/** What batches for a tuned model have in common: pass it on to `sequenceBatches`. */
export function batchShape(model: TrainableModel, tuning: Tuned): Required<Pick<CollateOptions, 'layout' | 'packed' | 'maxTokens' | 'maxSource' | 'modelWidth'>> {
  // A method that draws a mask for each row wants a row for each sequence.
  const maxSource = tuning.layout === 'encoded' ? model.config.maxPositions : Infinity;
  return { layout: tuning.layout, packed: tuning.noise === undefined, maxTokens: tokenLimit(model, tuning), maxSource, modelWidth: model.config.width };
}
