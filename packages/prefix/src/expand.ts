import { add, matMul, mul, reshape, split, tanh, tidy, transpose, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkPrefixParameters, type PrefixShape, type PrefixSpec } from './spec.js';

/** The keys and values that one layer's attention finds before its own: float32 [B or 1, H, P, D]. */
export type LayerPast = {
  readonly key: Tensor;
  readonly value: Tensor;
};

/** One entry for each layer: the value by which a prefix enters a model. */
export type Past = readonly LayerPast[];

/** Named parameters on a TensorFlow.js backend. */
export type ParameterTensors = Readonly<Record<string, Tensor>>;

/** A linear layer with PyTorch's weight: x [N, in], weight [out, in] -> [N, out]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return add(matMul(x as Tensor2D, weight as Tensor2D, false, true), bias);
}

/**
 * Computes the prefix's numbers: MLP(E) for a reparametrised prefix, E itself for a direct one.
 *
 * MLP(E) = W2 tanh(W1 E + b1) + b2,  E in R^{P x C},  MLP: C -> M -> 2 L H D
 *
 * @returns  float32 [P, 2 L H D]; slots ordered layer 0 key, layer 0 value, layer 1 key, ..., each [H, D]
 * @throws ShapeError  if the parameters are not those of the specification
 * @see Li & Liang 2021, section 4.3; differs from the released code in: nothing
 */
export function prefixRows(parameters: ParameterTensors, spec: PrefixSpec): Tensor {
  checkPrefixParameters(parameters, spec);
  const embedding = parameters['embedding.weight']!;
  if (spec.kind === 'direct') return embedding;
  const hidden = tanh(linear(embedding, parameters['transform.0.weight']!, parameters['transform.0.bias']!));
  return linear(hidden, parameters['transform.2.weight']!, parameters['transform.2.bias']!);
}

/**
 * Cuts a prefix's numbers into the keys and values of each layer.
 *
 * @param rows  float32 [P, 2 L H D], or [B, P, 2 L H D] where each row of the batch has its own
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
 * past[l] = split(MLP(E))[l]
 *
 * Differentiable, and the same on every backend.
 *
 * @param options.dropout  float32 [B or 1, P, 2 L H D], the mask of {@link dropoutMask}; randomness is an input, so
 *   that a compiled step draws anew each time
 * @returns  L pairs of float32 [1 or B, H, P, D]; the caller disposes them
 * @throws ShapeError  if the parameters are not those of the specification
 * @see Li & Liang 2021, section 4.3
 */
export function expandPrefix(parameters: ParameterTensors, spec: PrefixSpec, options: { dropout?: Tensor } = {}): LayerPast[] {
  return tidy(() => {
    const rows = prefixRows(parameters, spec);
    return splitRows(options.dropout ? mul(rows, options.dropout) : rows, spec);
  });
}
