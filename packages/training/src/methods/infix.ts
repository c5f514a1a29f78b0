import { broadcast, embedding } from '@prefix-tuning/jit';
import {
  addInfix,
  createMatrix,
  createPrefix,
  foldPrefix,
  prefixParameterShapes,
  prefixSize,
  type Initialisation,
  type ParameterValues,
  type PrefixSpec,
} from '@prefix-tuning/prefix';
import { add, cast, concat, expandDims, maximum, ones, range, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { attentionShape, checkLength, decoderOnly, type TrainableModel } from '../model.js';
import { compileFold } from '../run-once.js';
import type { HostTensors, Tensors } from '../tensors.js';
import type { ReadSource, SourceTensors, Tuning, TuningMethod } from './method.js';
import { loadTuned, saveTuned } from './saved.js';

export interface InfixSettings {
  readonly kind: 'reparametrised' | 'direct';
  /** P: 1, 10 and 20 in the paper's Table 4. */
  readonly length: number;
  /** M; unused by the direct kind. */
  readonly networkWidth: number;
  readonly initialisation: Initialisation;
}

const virtual = 'virtual.weight';

/**
 * INFIX: trained activations stand between source and target, [x; INFIX; y]. The source and learned embeddings of
 * virtual tokens run through the frozen model; a prefix is added to the cached activations of the virtual tokens.
 *
 * @see Li & Liang 2021, section 7.2; the released code's get_prompt_p5_infix, which differs in: positions count the
 *   padding of short sources there, and do not here
 */
export const infix: TuningMethod<InfixSettings> = {
  name: 'infix',
  defaults: () => ({ kind: 'reparametrised', length: 10, networkWidth: 512, initialisation: 'uniform' }),
  create: async (model, settings, rng) => {
    const { length, initialisation } = settings;
    checkLength('infix', model, length);
    const tokens = createMatrix({ kind: 'direct', length, out: model.config.width }, rng.fork('virtual-tokens'), initialisation);
    const parameters = createPrefix(specOf(model, settings), rng.fork('prefix-init'), initialisation);
    return tuningOf(model, settings, { ...parameters, [virtual]: tokens['embedding.weight']! });
  },
  load: async (model, folder) => {
    const shapes = (settings: InfixSettings) => ({
      ...prefixParameterShapes(specOf(model, settings)),
      [virtual]: [settings.length, model.config.width],
    });
    const { settings, parameters } = await loadTuned<InfixSettings>(folder, { method: 'infix', shapes });
    return tuningOf(model, settings, parameters);
  },
  count: (model, settings) => prefixSize(specOf(model, settings)).trained + settings.length * model.config.width,
  kept: (model, settings) => prefixSize(specOf(model, settings)).kept + settings.length * model.config.width,
};

function specOf(model: TrainableModel, { kind, length, networkWidth }: InfixSettings): PrefixSpec {
  const { layers, heads, headDim, width } = attentionShape(model);
  const shape = { layers, heads, headDim, length };
  return kind === 'reparametrised' ? { ...shape, kind, width, networkWidth } : { ...shape, kind };
}

function tuningOf(model: TrainableModel, settings: InfixSettings, parameters: HostTensors): Tuning {
  const spec = specOf(model, settings);
  decoderOnly('infix', model);
  const table = model.parameters[model.family.names.embedding]!;
  return {
    method: 'infix',
    settings: { ...settings },
    parameters,
    layout: 'split',
    enter: (trained) => ({ parameters: model.parameters, readSource: (source) => readSource(source, { model, table, trained, spec }) }),
    save: async (folder, trained) => {
      const { [virtual]: tokens, ...network } = trained;
      const { rows } = await foldPrefix(network as ParameterValues, spec, { compile: compileFold });
      const kept = { ...settings, kind: 'direct' };
      await saveTuned(folder, { method: 'infix', settings: kept, parameters: { 'embedding.weight': rows, [virtual]: tokens! } });
    },
  };
}

interface InfixContext {
  readonly model: TrainableModel;
  readonly table: Tensor;
  readonly trained: Tensors;
  readonly spec: PrefixSpec;
}

function readSource({ ids, mask }: SourceTensors, { model, table, trained, spec }: InfixContext): ReadSource {
  const [B, X] = ids.shape as [number, number];
  const { [virtual]: tokens, ...network } = trained;
  const P = spec.length;
  const embeddings = concat([embedding(table, ids), broadcast(expandDims(tokens!, 0), [B, P, model.config.width])], 1);
  const kept = concat([mask, ones([B, P])], 1);
  // Padding stands on the left: real tokens count from 0.
  const padding = expandDims(sub(X, sum(mask, 1)), 1);
  const positions = cast(maximum(sub(expandDims(range(0, X + P), 0), padding), 0), 'int32');
  const { present } = model.family.forward(model.parameters, model.config, { embeddings, mask: kept, positions });
  return { past: addInfix(present, network, spec), mask: kept, next: cast(sub(add(X, P), padding), 'int32') };
}
