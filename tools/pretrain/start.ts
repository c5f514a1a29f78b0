import type { Rng } from '@prefix-tuning/base';
import { hostTensor, toHost, type HostTensor } from '@prefix-tuning/jit';
import { families, loadModel, type Model } from '@prefix-tuning/model';
import { initialise, type HostTensors } from '@prefix-tuning/training';
import { dirname, join } from 'node:path';
import { writeCopyingHeads } from './copying-heads.js';
import { configJson, type FreshStart, type ModelRecipe } from './models.js';

/**
 * The weights that pretraining starts from.
 *
 * @param out  the new model's folder; a smaller model that it grows from is a folder beside it
 */
export async function startWeights(recipe: ModelRecipe, { out, rng }: { out: string; rng: Rng }): Promise<HostTensors> {
  return 'from' in recipe.start ? grow(await loadModel(join(dirname(out), recipe.start.from)), recipe.layers) : fresh(recipe, recipe.start, rng);
}

function fresh(recipe: ModelRecipe, { deviation, writes }: FreshStart, rng: Rng): HostTensors {
  const family = families[recipe.family];
  const weights = initialise({ family, config: family.parseConfig(configJson(recipe), 'config.json') }, rng, { deviation });
  scale(weights, /^(wte|shared)\.weight$/, 1 / Math.sqrt(recipe.width) / deviation);
  scale(weights, /(c_proj|out_proj|fc2)\.weight$/, writes);
  writeCopyingHeads(weights, recipe, rng.fork('copying heads'));
  return weights;
}

function scale(weights: HostTensors, names: RegExp, factor: number): void {
  for (const [name, { data }] of Object.entries(weights)) if (names.test(name)) for (let i = 0; i < data.length; i++) data[i] = data[i]! * factor;
}

/**
 * A deeper GPT-2 that computes what the smaller one does: the smaller one's layers are spread evenly over it, and the layers
 * between are copies of the one before whose writes into the residual stream are 0.
 *
 * @see Gong et al. 2019, "Efficient Training of BERT by Progressively Stacking", for starting deep models from shallow ones
 */
function grow({ config, parameters }: Model, layers: number): HostTensors {
  const times = layers / config.layers;
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, tensor]): [string, HostTensor][] => {
      const host = toHost(tensor);
      const [, layer, rest] = /^h\.(\d+)\.(.*)$/.exec(name) ?? [];
      if (layer === undefined) return [[name, host]];
      return Array.from({ length: times }, (_, copy) => {
        const silent = copy > 0 && /c_proj\.(weight|bias)$/.test(name);
        return [`h.${Number(layer) * times + copy}.${rest}`, silent ? hostTensor(undefined, host.shape) : host];
      });
    }),
  );
}
