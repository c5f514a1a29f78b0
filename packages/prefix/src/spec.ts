import { ConfigError, ShapeError } from '@prefix-tuning/base';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf, type Values } from './values.js';

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

/**
 * Names and shapes of the parameters that train. Names are those of PEFT's `PrefixEncoder`; linear weights are
 * [out, in] as in PyTorch.
 *
 * @throws ConfigError  if a size is not a whole number, or is below one (the length may be 0)
 */
export function prefixParameterShapes(spec: PrefixSpec): Record<string, readonly number[]> {
  checkSpec(spec);
  if (spec.kind === 'direct') return { 'embedding.weight': [spec.length, positionSize(spec)] };
  return {
    'embedding.weight': [spec.length, spec.width],
    'transform.0.weight': [spec.networkWidth, spec.width],
    'transform.0.bias': [spec.networkWidth],
    'transform.2.weight': [positionSize(spec), spec.networkWidth],
    'transform.2.bias': [positionSize(spec)],
  };
}

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
  const shapes = Object.values(prefixParameterShapes(spec));
  return { trained: shapes.reduce((sum, shape) => sum + sizeOf(shape), 0), kept, keptBytes: 4 * kept };
}

/**
 * Checks that parameters are exactly those of a specification.
 *
 * @throws ShapeError  naming each parameter that is missing, unknown or of another shape
 */
export function checkPrefixParameters(parameters: Readonly<Record<string, Values | Tensor>>, spec: PrefixSpec): void {
  checkParameterShapes(parameters, prefixParameterShapes(spec), `${spec.kind} prefix`);
}

/** {@link checkPrefixParameters} for any set of names and shapes. */
export function checkParameterShapes(
  parameters: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  expected: Readonly<Record<string, readonly number[]>>,
  where: string,
): void {
  const text = (shape: readonly number[] | undefined) => (shape ? `[${shape.join(', ')}]` : 'nothing');
  const names = [...new Set([...Object.keys(expected), ...Object.keys(parameters)])];
  const wrong = names.filter((name) => text(expected[name]) !== text(parameters[name]?.shape));
  if (wrong.length === 0) return;
  const list = wrong.map((name) => `${name}: expected ${text(expected[name])}, got ${text(parameters[name]?.shape)}`);
  throw new ShapeError(`${where}: ${list.join('; ')}. Use the settings that the parameters were made with.`, {
    details: { wrong },
  });
}

function checkSpec(spec: PrefixSpec): void {
  const least: Record<string, number> = { layers: 1, heads: 1, headDim: 1, length: 0, width: 1, networkWidth: 1 };
  const fields = spec.kind === 'direct' ? ['layers', 'heads', 'headDim', 'length'] : Object.keys(least);
  for (const field of fields) {
    const value = (spec as unknown as Record<string, unknown>)[field];
    if (Number.isInteger(value) && (value as number) >= least[field]!) continue;
    throw new ConfigError(`prefix: expected ${field} to be a whole number of at least ${least[field]}, got ${value}.`, {
      details: { field, value },
    });
  }
}
