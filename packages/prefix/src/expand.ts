import { mul, reshape, split, tidy, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { expandMatrix } from './matrix.js';
import { matrixOf, type PrefixShape, type PrefixSpec } from './spec.js';
import type { ParameterTensors } from './tensors.js';

/** The keys and values that one layer's attention finds before its own: float32 [B or 1, H, P, D]. */
export type LayerPast = {
  readonly key: Tensor;
  readonly value: Tensor;
};

/** One entry for each layer: the value by which a prefix enters a model. */
export type Past = readonly LayerPast[];

/**
 * Cuts a prefix's numbers into the keys and values of each layer.
 *
 * @param rows  float32 [P, 2 L H D], or [B, P, 2 L H D] where each row of the batch has its own; slots ordered
 *   layer 0 key, layer 0 value, layer 1 key, ..., each [H, D]
 * @returns  L pairs of float32 [1 or B, H, P, D]; the caller disposes them
 */
export function splitRows(rows: Tensor, { layers, heads, headDim, length }: PrefixShape): LayerPast[] {
  const batch = rows.rank === 3 ? rows.shape[0]! : 1;
  const slots = transpose(reshape(rows, [batch, length, 2 * layers, heads, headDim]), [2, 0, 3, 1, 4]);
  const parts = split(slots, 2 * layers).map((part) => reshape(part, [batch, heads, length, headDim]));
  return Array.from({ length: layers }, (_, l) => ({ key: parts[2 * l]!, value: parts[2 * l + 1]! }));
}

/**
 * Expands prefix parameters into the keys and values that each layer attends to.
 *
 * past[l] = split(MLP(E))[l],  E in R^{P x C},  MLP: C -> M -> 2 L H D
 *
 * Differentiable, and the same on every backend.
 *
 * @param options.dropout  float32 [B or 1, P, 2 L H D], 0 or 1 / (1 - rate); randomness is an input, so that a
 *   compiled step draws anew each time
 * @returns  L pairs of float32 [1 or B, H, P, D]; the caller disposes them
 * @throws ShapeError  if the parameters are not those of the specification
 * @see Li & Liang 2021, section 4.3; differs from the released code in: nothing
 */
export function expandPrefix(parameters: ParameterTensors, spec: PrefixSpec, options: { dropout?: Tensor } = {}): LayerPast[] {
  return tidy(() => {
    const rows = expandMatrix(parameters, matrixOf(spec));
    return splitRows(options.dropout ? mul(rows, options.dropout) : rows, spec);
  });
}
