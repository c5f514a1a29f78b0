import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { binary, matMul, unary } from './emit.js';
import type { Rule } from './rule.js';

const fusedBatchNorm: Rule<tf.FusedBatchNormAttrs> = ({ x, mean, variance, scale, offset }, { varianceEpsilon }, g) => {
  const deviation = unary(g, 'Sqrt', binary(g, 'Add', [variance!, g.scalar(varianceEpsilon)]));
  const inverse = unary(g, 'Reciprocal', deviation);
  const factor = scale ? binary(g, 'Mul', [inverse, scale]) : inverse;
  const scaled = binary(g, 'Mul', [binary(g, 'Sub', [x!, mean!]), factor]);
  return offset ? binary(g, 'Add', [scaled, offset]) : scaled;
};

/** Sums over the channels within a radius of each channel, as a product with a matrix of ones around the diagonal. */
function sumNearby(g: GraphBuilder, x: Value, radius: number): Value {
  const C = x.shape.at(-1)!;
  const band = Float32Array.from({ length: C * C }, (_, i) => (Math.abs(Math.floor(i / C) - (i % C)) <= radius ? 1 : 0));
  return matMul(g, [x, g.constant(band, [C, C], 'float32')]);
}

/** bias + alpha sum of squares nearby */
const norm = (g: GraphBuilder, x: Value, { depthRadius, bias, alpha }: tf.LRNAttrs): Value =>
  binary(g, 'Add', [binary(g, 'Mul', [sumNearby(g, binary(g, 'Mul', [x, x]), depthRadius), g.scalar(alpha)]), g.scalar(bias)]);

/** x norm^-beta */
const lrn: Rule<tf.LRNAttrs> = ({ x }, attributes, g) =>
  binary(g, 'Mul', [x!, binary(g, 'Pow', [norm(g, x!, attributes), g.scalar(-attributes.beta)])]);

/** dx = dy norm^-beta - 2 alpha beta x nearby(dy y / norm) */
const lrnGrad: Rule<tf.LRNGradAttrs> = ({ x, y, dy }, attributes, g) => {
  const n = norm(g, x!, attributes);
  const direct = binary(g, 'Mul', [dy!, binary(g, 'Pow', [n, g.scalar(-attributes.beta)])]);
  const shared = sumNearby(g, binary(g, 'Div', [binary(g, 'Mul', [dy!, y!]), n]), attributes.depthRadius);
  const factor = binary(g, 'Mul', [x!, g.scalar(2 * attributes.alpha * attributes.beta)]);
  return binary(g, 'Sub', [direct, binary(g, 'Mul', [factor, shared])]);
};

/** Normalisation with statistics that are given, and across channels. */
export const normalisation = { FusedBatchNorm: fusedBatchNorm, LRN: lrn, LRNGrad: lrnGrad };
