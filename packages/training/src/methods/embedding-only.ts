import { createMatrix, expandEmbeddings, foldMatrix, matrixSize, type Initialisation, type MatrixSpec, type ParameterValues } from '@prefix-tuning/prefix';
import { checkLength, decoderOnly, type TrainableModel } from '../model.js';
import type { HostTensors } from '../tensors.js';
import type { Tuning, TuningMethod } from './method.js';
import { loadTuned, saveTuned } from './saved.js';

export interface EmbeddingOnlySettings {
  /** Whether the embeddings come out of a network, `reparametrised` (the released code's default), or train themselves. */
  readonly kind: 'reparametrised' | 'direct';
  /** P: 1, 10 and 20 in the paper's Table 4. */
  readonly length: number;
  /** M; unused by the direct kind. */
  readonly networkWidth: number;
  readonly initialisation: Initialisation;
}

/**
 * EMBEDDING-ONLY: embeddings of virtual tokens train; the frozen model computes the layers above them. They are kept
 * as embeddings, the network dropped.
 *
 * @see Li & Liang 2021, section 7.2; the released code's PrefixEmbTuning
 */
export const embeddingOnly: TuningMethod<EmbeddingOnlySettings> = {
  name: 'embedding-only',
  defaults: () => ({ kind: 'reparametrised', length: 10, networkWidth: 512, initialisation: 'uniform' }),
  create: async (model, settings, rng) => {
    checkLength('embedding-only', model, settings.length);
    return tuningOf(model, settings, createMatrix(specOf(model, settings), rng.fork('prefix-init'), settings.initialisation));
  },
  load: async (model, folder) => {
    const shapes = ({ length }: EmbeddingOnlySettings) => ({ 'embedding.weight': [length, model.config.width] });
    const { settings, parameters } = await loadTuned<EmbeddingOnlySettings>(folder, { method: 'embedding-only', shapes });
    return tuningOf(model, settings, parameters);
  },
  count: (model, settings) => matrixSize(specOf(model, settings)),
  kept: (model, { length }) => length * model.config.width,
};

function specOf({ config: { width } }: TrainableModel, { kind, length, networkWidth }: EmbeddingOnlySettings): MatrixSpec {
  return kind === 'reparametrised' ? { kind, length, out: width, width, networkWidth } : { kind, length, out: width };
}

function tuningOf(model: TrainableModel, settings: EmbeddingOnlySettings, parameters: HostTensors): Tuning {
  decoderOnly('embedding-only', model);
  const spec = specOf(model, settings);
  return {
    method: 'embedding-only',
    settings: { ...settings },
    parameters,
    layout: 'joined',
    onlyPast: true,
    enter: (trained) => {
      const embeddings = expandEmbeddings(trained, spec);
      const { present } = model.family.forward(model.parameters, model.config, { embeddings });
      return { parameters: model.parameters, past: present };
    },
    save: async (folder, trained) => {
      const rows = await foldMatrix(trained as ParameterValues, spec);
      const kept = { ...settings, kind: 'direct' };
      await saveTuned(folder, { method: 'embedding-only', settings: kept, parameters: { 'embedding.weight': rows } });
    },
  };
}
