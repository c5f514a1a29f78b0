import type { Tensor } from '@tensorflow/tfjs-core';
import type { Family, ParameterNames, Parameters } from '../family.js';
import { project } from '../layers.js';
import { configParser, type LlamaConfig } from './config.js';
import { forward } from './forward.js';
import { kinds, type KindName } from './kinds.js';
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

function familyOfKind(name: KindName): Family<LlamaConfig> {
  const { normOffset = 0 } = kinds[name];
  return { name, parseConfig: configParser(name), parameterName, names: { ...names, unitNorm: 1 - normOffset }, parameterShapes, forward, outputWeights, logits };
}

/** Llama and what is built like it: rotary positions, RMS norm, grouped-query attention. Touvron et al. 2023. */
export const llamaKinds = Object.fromEntries((Object.keys(kinds) as KindName[]).map((name) => [name, familyOfKind(name)])) as Readonly<Record<KindName, Family<LlamaConfig>>>;
