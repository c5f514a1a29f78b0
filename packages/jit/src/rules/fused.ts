import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { conv2D, depthwiseConv2D } from './convolutions.js';
import { elementwise } from './elementwise.js';
import { binary, matMul, reshape } from './emit.js';
import type { Rule } from './rule.js';

interface Finish {
  readonly activation: tf.fused.Activation;
  readonly leakyreluAlpha?: number;
}

const activations: Record<tf.fused.Activation, Rule<{ alpha: number }>> = {
  linear: ({ x }) => x!,
  relu: elementwise.Relu,
  relu6: elementwise.Relu6,
  elu: elementwise.Elu,
  sigmoid: elementwise.Sigmoid,
  prelu: elementwise.Prelu,
  leakyrelu: elementwise.LeakyRelu,
};

/** What follows the product in a fused kernel: the bias, then the activation. */
function finish(g: GraphBuilder, product: Value, inputs: Readonly<Record<string, Value>>, { activation, leakyreluAlpha = 0.2 }: Finish): Value {
  const { bias, preluActivationWeights: alpha } = inputs;
  const x = bias ? binary(g, 'Add', [product, bias]) : product;
  return activations[activation]({ x, ...(alpha ? { alpha } : {}) }, { alpha: leakyreluAlpha }, g) as Value;
}

const fusedMatMul: Rule<tf._FusedMatMulAttrs> = (inputs, attributes, g) => {
  const { a, b } = inputs;
  return finish(g, matMul(g, [a!, b!], attributes), inputs, attributes);
};

/** With channels first, a bias or slope per channel stands before the spatial axes. */
function perChannel(g: GraphBuilder, inputs: Readonly<Record<string, Value>>, dataFormat: string): Readonly<Record<string, Value>> {
  if (dataFormat === 'NHWC') return inputs;
  const shaped = (x: Value) => (x.shape.length === 1 && x.shape[0] !== 1 ? reshape(g, x, [x.shape[0]!, 1, 1]) : x);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => [name, name === 'bias' || name === 'preluActivationWeights' ? shaped(x) : x]),
  );
}

const fusedConv2D: Rule<tf.FusedConv2DAttrs> = (inputs, attributes, g) =>
  finish(g, conv2D(inputs, attributes, g) as Value, perChannel(g, inputs, attributes.dataFormat), attributes);

const fusedDepthwiseConv2D: Rule<tf.FusedDepthwiseConv2DAttrs> = (inputs, attributes, g) =>
  finish(g, depthwiseConv2D(inputs, attributes, g) as Value, perChannel(g, inputs, attributes.dataFormat), attributes);

/** A product with bias and activation in one kernel; ONNX Runtime fuses them again where it can. */
export const fused = {
  FusedConv2D: fusedConv2D,
  FusedDepthwiseConv2D: fusedDepthwiseConv2D,
  _FusedMatMul: fusedMatMul,
};
