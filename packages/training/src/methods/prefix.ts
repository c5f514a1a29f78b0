import { ConfigError, type Rng } from '@prefix-tuning/base';
import { jit, type JitFunction } from '@prefix-tuning/jit';
import {
  createPrefix,
  expandPrefix,
  fitPrefix,
  foldPrefix,
  loadPrefix,
  prefixFromPast,
  prefixSize,
  savePrefix,
  type FitInputs,
  type FitOptions,
  type FitState,
  type Initialisation,
  type LayerPast,
  type ParameterValues,
  type PrefixSpec,
} from '@prefix-tuning/prefix';
import { dispose, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { attentionShape, type TrainableModel } from '../model.js';
import { checkDropout, dropoutMask } from './dropout.js';
import type { Tuning, TuningMethod } from './method.js';

export interface PrefixSettings {
  readonly kind: 'reparametrised' | 'direct';
  /** P: 5 for E2E and WebNLG, 10 for DART, 100 or 200 for XSUM in the paper. */
  readonly length: number;
  /** C of the small matrix; the model's width in the released code. Unused by the direct kind. */
  readonly width: number;
  /** M: 512 for table-to-text, 800 for summarization. Unused by the direct kind. */
  readonly networkWidth: number;
  /** Random, zero, or `words`: the model's own activations on `tokens`, to which the network is fitted first. */
  readonly initialisation: Initialisation | 'words';
  /** Real words to start from, as token ids; repeated to fill the length, or as many of them as it takes. */
  readonly tokens: readonly number[];
  /** Share of the prefix's numbers that a training step drops. */
  readonly dropout: number;
}

/**
 * Prefix-tuning: the model is frozen; keys and values before the first token train, through a network or directly.
 * What is kept is the folded prefix, in a folder that PEFT loads.
 *
 * @see Li & Liang 2021, section 4
 */
export const prefix: TuningMethod<PrefixSettings> = {
  name: 'prefix',
  defaults: (model) => ({
    kind: 'reparametrised',
    length: 5,
    width: attentionShape(model).width,
    networkWidth: 512,
    initialisation: 'uniform',
    tokens: [],
    dropout: 0,
  }),
  create: async (model, settings, rng) => {
    checkDropout(settings.dropout);
    const spec = specOf(model, settings);
    const initial = rng.fork('prefix-init');
    const parameters =
      settings.initialisation === 'words' ? await fromWords(model, { spec, tokens: settings.tokens, rng: initial }) : createPrefix(spec, initial, settings.initialisation);
    return tuningOf(model, { spec, settings: { ...settings }, parameters });
  },
  load: async (model, folder) => {
    const { rows, layers, heads, headDim, length } = await loadPrefix(folder);
    const shape = attentionShape(model);
    if (layers !== shape.layers || heads !== shape.heads || headDim !== shape.headDim) {
      throw new ConfigError(
        `${folder}: expected a prefix of ${shape.layers} layers, ${shape.heads} heads of ${shape.headDim}, got ${layers} layers, ${heads} heads of ${headDim}. ` +
          'Load it with the model that it was trained for.',
        { details: { folder } },
      );
    }
    const settings: PrefixSettings = { ...prefix.defaults(model), kind: 'direct', length };
    return tuningOf(model, { spec: specOf(model, settings), settings: { ...settings }, parameters: { 'embedding.weight': rows } });
  },
  count: (model, settings) => prefixSize(specOf(model, settings)).trained,
  kept: (model, settings) => prefixSize(specOf(model, settings)).kept,
};

function specOf(model: TrainableModel, { kind, length, width, networkWidth }: PrefixSettings): PrefixSpec {
  const { layers, heads, headDim } = attentionShape(model);
  const shape = { layers, heads, headDim, length };
  return kind === 'reparametrised' ? { ...shape, kind, width, networkWidth } : { ...shape, kind };
}

/** The model's activations on the words, repeated to fill the prefix, as its start. */
async function fromWords(model: TrainableModel, { spec, tokens, rng }: { spec: PrefixSpec; tokens: readonly number[]; rng: Rng }): Promise<ParameterValues> {
  if (tokens.length === 0) {
    throw new ConfigError('prefix: expected tokens to start from, got none. Encode some words, such as " table-to-text", or start at random.', { details: { field: 'tokens' } });
  }
  const repeated = Int32Array.from({ length: spec.length }, (_, p) => tokens[p % tokens.length]!);
  const present = tidy(() => {
    const ids = tensor2d(repeated, [1, spec.length], 'int32');
    return model.family.forward(model.parameters, model.config, { ids }).present as LayerPast[];
  });
  const target = await prefixFromPast(present);
  dispose(present);
  const programs: JitFunction<FitInputs, FitState>[] = [];
  const compile = (fn: (inputs: FitInputs) => FitState) => {
    programs.push(jit(fn, { name: 'prefix-init' }));
    return programs[0] as unknown as ReturnType<NonNullable<FitOptions['compile']>>; // its host tensors are all float32 values
  };
  try {
    return await fitPrefix(spec, target, { rng, compile });
  } finally {
    await Promise.all(programs.map((program) => program.dispose()));
  }
}

function tuningOf(
  model: TrainableModel,
  { spec, settings, parameters }: { spec: PrefixSpec; settings: Record<string, unknown>; parameters: ParameterValues },
): Tuning {
  const { layers, heads, headDim, length } = spec;
  const tuning: Tuning = {
    method: 'prefix',
    settings,
    parameters,
    layout: 'joined',
    enter: (trained, noise) => ({
      parameters: model.parameters,
      ...(length > 0 ? { past: expandPrefix(trained, spec, noise?.dropout ? { dropout: noise.dropout } : {}) } : {}),
    }),
    save: async (folder, trained) => savePrefix(folder, await foldPrefix(trained as ParameterValues, spec)),
  };
  const rate = Number(settings.dropout);
  if (rate === 0) return tuning;
  const shape = [length, 2 * layers * heads * headDim];
  return { ...tuning, noise: (rng, batchSize) => ({ dropout: dropoutMask([batchSize, ...shape], rate, rng) }) };
}
