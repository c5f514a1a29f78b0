import { ConfigError } from '@prefix-tuning/base';
import {
  createPrefix,
  expandPrefix,
  foldPrefix,
  loadPrefix,
  prefixSize,
  savePrefix,
  type Initialisation,
  type ParameterValues,
  type PrefixSpec,
} from '@prefix-tuning/prefix';
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
  readonly initialisation: Initialisation;
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
    dropout: 0,
  }),
  create: async (model, settings, rng) => {
    checkDropout(settings.dropout);
    const spec = specOf(model, settings);
    return tuningOf(model, { spec, settings: { ...settings }, parameters: createPrefix(spec, rng.fork('prefix-init'), settings.initialisation) });
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
};

function specOf(model: TrainableModel, { kind, length, width, networkWidth }: PrefixSettings): PrefixSpec {
  const { layers, heads, headDim } = attentionShape(model);
  const shape = { layers, heads, headDim, length };
  return kind === 'reparametrised' ? { ...shape, kind, width, networkWidth } : { ...shape, kind };
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
