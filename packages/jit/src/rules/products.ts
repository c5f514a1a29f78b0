import type * as tf from '@tensorflow/tfjs-core';
import { matMul } from './emit.js';
import type { Rule } from './rule.js';

const batchMatMul: Rule<tf.BatchMatMulAttrs> = ({ a, b }, { transposeA, transposeB }, g) => matMul(g, [a!, b!], { transposeA, transposeB });

/** Kernels that multiply matrices. */
export const products = { BatchMatMul: batchMatMul };
