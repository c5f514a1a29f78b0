/**
 * The products of a step without anything else: as many of each matrix shape as the step has, each with weights of its
 * own, all in one program. One number of each product is used, so that it is made and then forgotten.
 */
import * as tf from '@tensorflow/tfjs-core';
import { B, noise, shape, T, type Tree } from './gpt2.js';

const { layers, width: C, vocabulary: V } = shape;
const N = B * T;
const sides = { 'attn.c_attn': [C, 3 * C], 'attn.c_proj': [C, C], 'mlp.c_fc': [C, 4 * C], 'mlp.c_proj': [4 * C, C] } as const;

/** Floating-point operations of one pass over all products. */
export const passOperations = 2 * N * (layers * Object.values(sides).reduce((sum, [inner, outer]) => sum + inner * outer, 0) + C * V);

/** What is multiplied: for each layer a matrix [N, width] of each width. */
export const matrices = () => Array.from({ length: layers }, () => Object.fromEntries([C, 3 * C, 4 * C].map((width) => [String(width), noise([N, width], 1)])));

interface Inputs {
  readonly parameters: Tree;
  readonly x: readonly Tree[];
}

/** A function of a layer's weight and the matrices on both its sides, for every weight. */
function eachWeight({ parameters, x }: Inputs, product: (x: tf.Tensor2D, weight: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor): tf.Tensor[] {
  return x.flatMap((matrix, l) =>
    Object.entries(sides).map(([name, [inner, outer]]) =>
      corner(product(matrix[inner] as tf.Tensor2D, parameters[`h.${l}.${name}.weight`] as tf.Tensor2D, matrix[outer] as tf.Tensor2D)),
    ),
  );
}
const corner = (product: tf.Tensor): tf.Tensor => tf.slice(product, [0, 0], [1, 1]);

/** What a step over frozen weights multiplies (forward, and backward by inputs) or, with `byWeight`, full training. */
export function products(inputs: Inputs, byWeight: boolean): tf.Tensor {
  const hidden = inputs.x[0]![C] as tf.Tensor2D;
  const table = inputs.parameters['wte.weight'] as tf.Tensor2D;
  const logits = tf.matMul(hidden, table, false, true) as tf.Tensor2D;
  return tf.addN([
    ...eachWeight(inputs, (x, weight) => tf.matMul(x, weight)),
    corner(logits),
    corner(tf.matMul(logits, table)),
    ...eachWeight(inputs, (_, weight, y) => tf.matMul(y, weight, false, true)),
    ...(byWeight ? [corner(tf.matMul(logits, hidden, true)), ...eachWeight(inputs, (x, _, y) => tf.matMul(x, y, true))] : []),
  ]);
}
