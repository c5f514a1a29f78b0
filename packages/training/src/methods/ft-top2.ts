import { ConfigError } from '@prefix-tuning/base';
import { toHost } from '@prefix-tuning/jit';
import { layoutOf, type TrainableModel } from '../model.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import type { Tuning, TuningMethod } from './method.js';
import { loadTuned, saveTuned } from './saved.js';
import { countOf, type Shapes } from './shapes.js';

export interface TopLayersSettings {
  /** How many layers train, from the top; 2 in the paper. Of an encoder-decoder model, the decoder's. */
  readonly layers: number;
  /** Whether what follows the layers trains too, as in the released code: final norm and output matrix, which may be the token embedding. */
  readonly output: boolean;
}

/**
 * FT-TOP2: the top layers train. What is kept are their weights.
 *
 * @see Li & Liang 2021, section 5.2; the text speaks of the layers alone, which is `output: false`
 */
export const fineTuneTop: TuningMethod<TopLayersSettings> = {
  name: 'ft-top2',
  defaults: ({ config }) => ({ layers: Math.min(2, config.layers), output: true }),
  create: async (model, settings) => tuningOf(model, settings, mapTensors(trainedShapes(model, settings), (_, name) => toHost(model.parameters[name]!))),
  load: async (model, folder) => {
    const { settings, parameters } = await loadTuned<TopLayersSettings>(folder, { method: 'ft-top2', shapes: (s) => trainedShapes(model, s) });
    return tuningOf(model, settings, parameters);
  },
  count: (model, settings) => countOf(trainedShapes(model, settings)),
};

function trainedShapes(model: TrainableModel, { layers, output }: TopLayersSettings): Shapes {
  const all = model.config.layers;
  if (!Number.isInteger(layers) || layers < 1 || layers > all) {
    throw new ConfigError(`ft-top2: expected layers to be a whole number from 1 to ${all}, got ${layers}.`, { details: { layers } });
  }
  const { names } = model.family;
  const shapes = model.family.parameterShapes(model.config);
  // The token embedding trains where it is the output matrix.
  const apart = names.output.some((name) => name !== names.embedding && shapes[name]?.length === 2);
  const after = names.output.filter((name) => !(apart && name === names.embedding));
  const trains = (name: string) =>
    name.startsWith(names.layers) ? Number.parseInt(name.slice(names.layers.length)) >= all - layers : output && after.includes(name);
  return Object.fromEntries(Object.entries(shapes).filter(([name]) => trains(name)));
}

function tuningOf(model: TrainableModel, { layers, output }: TopLayersSettings, parameters: HostTensors): Tuning {
  const settings = { layers, output };
  return {
    method: 'ft-top2',
    settings,
    parameters,
    modelDropout: true,
    layout: layoutOf(model),
    enter: (trained) => ({ parameters: { ...model.parameters, ...trained } }),
    save: (folder, trained) => saveTuned(folder, { method: 'ft-top2', settings, parameters: trained }),
  };
}
