import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { splitRows, type LayerPast } from './expand.js';
import { foldMatrix, type FoldOptions } from './matrix.js';
import { matrixOf, type PrefixShape, type PrefixSpec } from './spec.js';
import { slotValues, type HostPast } from './slots.js';
import type { ParameterValues, Values } from './values.js';

/** A trained prefix without its network: all that is kept, P x 2 L H D numbers. */
export interface FoldedPrefix extends PrefixShape {
  /** float32 [P, 2 L H D]; slots ordered layer 0 key, layer 0 value, layer 1 key, ..., each [H, D] (PEFT's order). */
  readonly rows: Values;
}

/**
 * Drops the network: computes the prefix once and keeps only that. No logit changes.
 *
 * @throws ConfigError  for an option that does not exist
 * @throws ShapeError  if the parameters are not those of the specification
 * @see Li & Liang 2021, section 4.3
 */
export async function foldPrefix(parameters: ParameterValues, spec: PrefixSpec, options: FoldOptions = {}): Promise<FoldedPrefix> {
  const { layers, heads, headDim, length } = spec;
  return { layers, heads, headDim, length, rows: await foldMatrix(parameters, matrixOf(spec), options) };
}

/** Puts a folded prefix on the active backend: L pairs of float32 [1, H, P, D]; the caller disposes them. */
export function foldedPast(prefix: FoldedPrefix): LayerPast[] {
  return tidy(() => splitRows(tensor2d(prefix.rows.data, prefix.rows.shape as [number, number]), prefix));
}

/** A folded prefix as keys and values in plain memory: L pairs of float32 [1, H, P, D]. */
export function hostPast(prefix: FoldedPrefix): HostPast {
  const slots = slotValues(prefix.rows.data, 1, prefix);
  return Array.from({ length: prefix.layers }, (_, l) => ({ key: slots[2 * l]!, value: slots[2 * l + 1]! }));
}
