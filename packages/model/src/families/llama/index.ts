import type { Tensor } from '@tensorflow/tfjs-core';
import type { Family, ParameterNames, Parameters } from '../family.js';
import { project } from '../layers.js';
import { parseConfig, type LlamaConfig } from './config.js';
import { forward } from './forward.js';
import { parameterName, parameterShapes } from './parameters.js';

const outputWeights = (parameters: Parameters): Tensor => parameters['lm_head.weight'] ?? parameters['embed_tokens.weight']!;

const logits = (parameters: Parameters, hidden: Tensor): Tensor => project(hidden, outputWeights(parameters));

const names: ParameterNames = {
  prefix: 'model.',
  embedding: 'embed_tokens.weight',
  embeddingCopies: /^lm_head\.weight$/,
  layers: 'layers.',
  output: ['norm.weight', 'lm_head.weight', 'embed_tokens.weight'],
  linear: 'out-in',
};

/** Llama and what is built like it: rotary positions, RMS norm, grouped-query attention. Touvron et al. 2023. */
export const llama: Family<LlamaConfig> = { name: 'llama', parseConfig, parameterName, names, parameterShapes, forward, outputWeights, logits };
