import * as tf from '@tensorflow/tfjs-core';
import { floats, ints, x23, x345, type Case, type Fn } from './case.js';

const einsumSizes: Record<string, number> = { i: 2, j: 3, k: 4, b: 2, t: 3, s: 4, h: 2, d: 3 };

export const products: Case[] = [
  { kernel: 'BatchMatMul', fn: (a, b) => tf.matMul(a! as tf.Tensor2D, b! as tf.Tensor2D), inputs: [x23, floats([3, 4])] },
  { kernel: 'BatchMatMul', note: 'transposed', fn: (a, b) => tf.matMul(a! as tf.Tensor2D, b! as tf.Tensor2D, true, true), inputs: [floats([3, 2]), floats([4, 3])] },
  ...[[false, false], [true, false], [false, true], [true, true]].map(([ta, tb]) => ({
    kernel: 'BatchMatMul',
    note: `batched ${ta} ${tb}`,
    fn: ((a, b) => tf.matMul(a!, b!, ta, tb)) as Fn,
    inputs: [floats(ta ? [2, 2, 4, 3] : [2, 2, 3, 4]), floats(tb ? [2, 2, 5, 4] : [2, 2, 4, 5])],
  })),
  ...[[true, false], [false, true], [true, true]].map(([ta, tb]) => ({
    kernel: 'BatchMatMul',
    note: `int32 ${ta} ${tb}`,
    fn: ((a, b) => tf.matMul(a!, b!, ta, tb)) as Fn,
    inputs: [ints(ta ? [2, 4, 3] : [2, 3, 4], -9, 9), ints(tb ? [2, 5, 4] : [2, 4, 5], -9, 9)],
    gradients: [],
  })),
  { kernel: 'BatchMatMul', note: 'transposed by an operation', fn: (a, b) => tf.matMul(a!, tf.transpose(b!, [0, 2, 1])), inputs: [floats([2, 3, 4]), floats([2, 5, 4])] },
  { kernel: 'BatchMatMul', note: 'one right matrix', fn: (a, b) => tf.matMul(a!, b!, false, true), inputs: [x345, floats([1, 2, 5])], gradients: [] },
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map((activation) => ({
    kernel: '_FusedMatMul',
    note: activation,
    fn: ((a, b, bias) => tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation, transposeB: true, leakyreluAlpha: 0.3 })) as Fn,
    inputs: [floats([2, 3]), floats([4, 3]), floats([4])],
  })),
  {
    kernel: '_FusedMatMul',
    note: 'prelu',
    fn: (a, b, bias, slope) => tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation: 'prelu', preluActivationWeights: slope! }),
    inputs: [floats([2, 3]), floats([3, 4]), floats([4]), floats([1, 4])],
    gradients: [],
  },

  ...['ij,jk->ik', 'bij,bkj->bik', 'bthd,bshd->bhts', 'ij,ij->', 'ijk,k->ij', 'i,j->ij', 'ijk,ij->k'].map((equation) => ({
    kernel: 'Einsum',
    note: equation,
    fn: ((a, b) => tf.einsum(equation, a!, b!)) as Fn,
    inputs: equation.split('->')[0]!.split(',').map((labels) => floats([...labels].map((label) => einsumSizes[label]!))),
  })),
  ...['ij->ji', 'ijk->j', 'ij->'].map((equation) => ({
    kernel: 'Einsum',
    note: equation,
    fn: ((a) => tf.einsum(equation, a!)) as Fn,
    inputs: [floats([...equation.split('->')[0]!].map((label) => einsumSizes[label]!))],
  })),
];
