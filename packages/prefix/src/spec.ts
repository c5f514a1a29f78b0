import { ConfigError, ShapeError } from '@prefix-tuning/base';
import { matrixShapes, matrixSize, type MatrixSpec } from './matrix.js';

/** What a prefix must know of the attention layers it enters. Letters as in the legend: L, H, D, P. */
export interface PrefixShape {
  /** L */
  readonly layers: number;
  /** H, the heads of keys and values: fewer than the query heads where attention is grouped. */
  readonly heads: number;
  /** D */
  readonly headDim: number;
  /** P, how many positions the prefix takes. */
  readonly length: number;
}

/** The keys and values themselves train. */
export interface DirectSpec extends PrefixShape {
  readonly kind: 'direct';
}

/** A smaller matrix and a two-layer network train; keys and values are computed from them. */
export interface ReparametrisedSpec extends PrefixShape {
  readonly kind: 'reparametrised';
  /** C, the width of the smaller matrix; the released code takes the model's width. */
  readonly width: number;
  /** M, the width of the network's hidden layer: 512 for table-to-text and 800 for summarization in the paper. */
  readonly networkWidth: number;
}

export type PrefixSpec = DirectSpec | ReparametrisedSpec;

/** 2 L H D: the numbers that one prefix position holds. */
export const positionSize = ({ layers, heads, headDim }: PrefixShape): number => 2 * layers * heads * headDim;

/** The trained matrix [P, 2 L H D] of a prefix. */
export function matrixOf(spec: PrefixSpec): MatrixSpec {
  for (const field of ['layers', 'heads', 'headDim'] as const) {
    if (Number.isInteger(spec[field]) && spec[field] >= 1) continue;
    throw new ConfigError(`prefix: expected ${field} to be a whole number of at least 1, got ${spec[field]}.`, { details: { field, value: spec[field] } });
  }
  const { length } = spec;
  if (spec.kind !== 'reparametrised') return { kind: spec.kind, length, out: positionSize(spec) };
  return { kind: spec.kind, length, out: positionSize(spec), width: spec.width, networkWidth: spec.networkWidth };
}

/**
 * Names and shapes of the parameters that train.
 *
 * @throws ConfigError  if a size is not a whole number, or is below one (the length may be 0)
 */
export const prefixParameterShapes = (spec: PrefixSpec): Record<string, readonly number[]> => matrixShapes(matrixOf(spec));

/** How many numbers train, how many are kept after folding, and their bytes in float32. */
export interface PrefixSize {
  readonly trained: number;
  /** P x 2 L H D. */
  readonly kept: number;
  readonly keptBytes: number;
}

/** Sizes by formula. GPT-2 medium, length 5: 5 x 2 x 24 x 1024 = 245,760 kept, the paper's 0.1%. */
export function prefixSize(spec: PrefixSpec): PrefixSize {
  const kept = spec.length * positionSize(spec);
  return { trained: matrixSize(matrixOf(spec)), kept, keptBytes: 4 * kept };
}

/**
 * L, H and D of prefixes for one model.
 *
 * @throws ShapeError  if there are none, or they are not for one model
 */
export function sharedShape(prefixes: readonly PrefixShape[], where: string): Omit<PrefixShape, 'length'> {
  const [first, ...rest] = prefixes.map(({ layers, heads, headDim }) => ({ layers, heads, headDim }));
  if (!first) throw new ShapeError(`${where}: expected at least one prefix, got none.`);
  const text = ({ layers, heads, headDim }: Omit<PrefixShape, 'length'>) => `${layers} layers, ${heads} heads of ${headDim}`;
  for (const other of rest) {
    if (text(other) !== text(first)) throw new ShapeError(`${where}: expected prefixes for one model (${text(first)}), got ${text(other)}.`);
  }
  return first;
}
