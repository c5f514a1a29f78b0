import { matMul, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Family, Parameters } from '../family.js';
import { parseConfig, type GPT2Config } from './config.js';
import { forward } from './forward.js';
import { parameterName, parameterShapes } from './parameters.js';

/** The output layer is the token embedding. */
const outputWeights = (parameters: Parameters): Tensor => parameters['wte.weight']!;

function logits(parameters: Parameters, hidden: Tensor): Tensor {
  const weights = outputWeights(parameters) as Tensor2D;
  const rows = reshape(hidden, [-1, weights.shape[1]]) as Tensor2D;
  return reshape(matMul(rows, weights, false, true), [...hidden.shape.slice(0, -1), weights.shape[0]]);
}

/** GPT-2 (small, medium, large, XL, DistilGPT-2), Radford et al. 2019. */
export const gpt2: Family<GPT2Config> = { name: 'gpt2', parseConfig, parameterName, parameterShapes, forward, outputWeights, logits };
