import { toHost } from '@prefix-tuning/jit';
import { checkParameterShapes } from '@prefix-tuning/prefix';
import { nameOf, readParameters, writeConfig, writeJson, writeParameters } from '../files.js';
import { layoutOf, type TrainableModel } from '../model.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import type { Tuning, TuningMethod } from './method.js';
import { countOf } from './shapes.js';

/** Full fine-tuning has nothing to set. */
export type FineTuneSettings = Readonly<Record<string, never>>;

/** FINE-TUNE: every parameter of the model trains. What is kept is a whole checkpoint: `config.json`, `model.safetensors`, and the tokenizer that was loaded with the model. */
export const fineTune: TuningMethod<FineTuneSettings> = {
  name: 'fine-tune',
  defaults: () => ({}),
  create: async (model) => tuningOf(model, mapTensors(model.parameters, toHost)),
  load: async (model, folder) => {
    const parameters = await readParameters(folder, 'model.safetensors');
    checkParameterShapes(parameters, model.family.parameterShapes(model.config), nameOf(folder, 'model.safetensors'));
    return tuningOf(model, parameters);
  },
  count: (model) => countOf(model.family.parameterShapes(model.config)),
};

function tuningOf(model: TrainableModel, parameters: HostTensors): Tuning {
  return {
    method: 'fine-tune',
    settings: {},
    parameters,
    modelDropout: true,
    layout: layoutOf(model),
    enter: (trained) => ({ parameters: trained }),
    save: async (folder, trained) => {
      await writeParameters(folder, 'model.safetensors', trained);
      await writeConfig(folder, inFloat32(model.config.raw));
      for (const [file, content] of Object.entries(model.otherFiles ?? {})) await writeJson(folder, file, content);
    },
  };
}

/** A config that names the type of what was loaded would have transformers round what trained: weights are saved in 32 bits. */
function inFloat32(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).map(([field, value]) => [field, field === 'dtype' || field === 'torch_dtype' ? 'float32' : value]));
}
