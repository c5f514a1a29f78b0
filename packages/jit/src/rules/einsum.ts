import type * as tf from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Rule } from './rule.js';

/** ONNX's operator takes the same equations. */
const einsumRule: Rule<tf.EinsumAttrs> = (inputs, { equation }, g) => {
  const operands = Object.values(inputs);
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, operands.length);
  const sizes = new Map(operands.flatMap((x, i) => idDims[i]!.map((dim, axis) => [dim, x.shape[axis]!] as const)));
  const shape = allDims.flatMap((_, dim) => (summedDims.includes(dim) ? [] : [sizes.get(dim)!]));
  return g.add('Einsum', operands, { dtype: operands[0]!.dtype, shape }, { attributes: { equation: { string: equation.replace(/\s/g, '') } } });
};

export const einsum = { Einsum: einsumRule };
