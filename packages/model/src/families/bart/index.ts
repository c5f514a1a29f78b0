import type { Tensor } from '@tensorflow/tfjs-core';
import type { Family, ParameterNames, Parameters } from '../family.js';
import { project } from '../layers.js';
import { parseConfig, type BartConfig } from './config.js';
import { encode, forward, keyValues } from './forward.js';
import { parameterName, parameterShapes } from './parameters.js';

/** The output layer is the shared embedding. */
const outputWeights = (parameters: Parameters): Tensor => parameters['shared.weight']!;

const logits = (parameters: Parameters, hidden: Tensor): Tensor => project(hidden, outputWeights(parameters));

const names: ParameterNames = {
  prefix: 'model.',
  embedding: 'shared.weight',
  embeddingCopies: /^(lm_head|(model\.)?(en|de)coder\.embed_tokens)\.weight$/,
  layers: 'decoder.layers.',
  encoderLayers: 'encoder.layers.',
  output: ['shared.weight'],
  linear: 'out-in',
};

/** BART (base, large, and its summarization checkpoints), Lewis et al. 2020. */
export const bart: Family<BartConfig> = {
  name: 'bart',
  parseConfig,
  parameterName,
  zeroTensors: ['final_logits_bias'],
  names,
  parameterShapes,
  encoder: { encode, keyValues },
  forward,
  outputWeights,
  logits,
};
