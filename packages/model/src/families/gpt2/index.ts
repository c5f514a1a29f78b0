import type { Tensor } from '@tensorflow/tfjs-core';
import type { Family, ParameterNames, Parameters } from '../family.js';
import { project } from '../layers.js';
import { parseConfig, type GPT2Config } from './config.js';
import { forward } from './forward.js';
import { parameterName, parameterShapes } from './parameters.js';

/** The output layer is the token embedding. */
const outputWeights = (parameters: Parameters): Tensor => parameters['wte.weight']!;

const logits = (parameters: Parameters, hidden: Tensor): Tensor => project(hidden, outputWeights(parameters));

const names: ParameterNames = {
  prefix: 'transformer.',
  embedding: 'wte.weight',
  embeddingCopies: /^lm_head\.weight$/,
  layers: 'h.',
  output: ['ln_f.weight', 'ln_f.bias', 'wte.weight'],
  linear: 'in-out',
};

/** GPT-2 (small, medium, large, XL, DistilGPT-2), Radford et al. 2019. */
export const gpt2: Family<GPT2Config> = { name: 'gpt2', parseConfig, parameterName, names, parameterShapes, forward, outputWeights, logits };
