import { ConfigError, type Rng } from '@prefix-tuning/base';
import { hostTensor, layerNorm, sizeOf, type HostTensor } from '@prefix-tuning/jit';
import type { Hooks } from '@prefix-tuning/model';
import { add, matMul, relu, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { layoutOf, type TrainableModel } from '../model.js';
import { mapTensors, type HostTensors, type Tensors } from '../tensors.js';
import type { Tuning, TuningMethod } from './method.js';
import { loadTuned, saveTuned } from './saved.js';
import { checkWhole, countOf, type Shapes } from './shapes.js';

export interface AdapterSettings {
  /** Width of the adapters; `adapterBottleneck` solves for it. */
  readonly bottleneck: number;
}

/** 1e-5, PyTorch's default, which the released adapters use. */
const epsilon = 1e-5;

/**
 * ADAPTER: after each layer's feed-forward part stands one block, layer norm, down-projection, ReLU, up-projection,
 * residual; the model is frozen. An encoder-decoder model has them in both stacks.
 *
 * x = x + W_up relu(W_down LN(x) + b_down) + b_up
 *
 * @see Li & Liang 2021, section 5.2, and the released code's default adapter (Lin et al. 2020)
 */
export const adapter: TuningMethod<AdapterSettings> = {
  name: 'adapter',
  defaults: (model) => ({ bottleneck: adapterBottleneck(model, 0.03) }),
  create: async (model, settings, rng) =>
    tuningOf(model, settings, mapTensors(shapesOf(model, settings), (shape, name) => initial(name, shape, rng.fork(name)))),
  load: async (model, folder) => {
    const { settings, parameters } = await loadTuned<AdapterSettings>(folder, { method: 'adapter', shapes: (s) => shapesOf(model, s) });
    return tuningOf(model, settings, parameters);
  },
  count: (model, settings) => countOf(shapesOf(model, settings)),
};

/**
 * The bottleneck whose adapters come closest to a share of the model's parameters: 0.03 and 0.001 in the paper.
 *
 * share N = L (2 C b + b + 3 C), L the layers of both stacks
 *
 * @throws ConfigError  if even a bottleneck of 1 is more than half again the share
 */
export function adapterBottleneck(model: TrainableModel, share: number): number {
  const { width } = model.config;
  const layers = layerPaths(model).length;
  const wanted = share * countOf(model.family.parameterShapes(model.config));
  const bottleneck = Math.max(1, Math.round((wanted / layers - 3 * width) / (2 * width + 1)));
  const got = layers * (2 * width * bottleneck + bottleneck + 3 * width);
  if (!(share > 0) || got > 1.5 * wanted) {
    throw new ConfigError(
      `adapter: expected a share that adapters can have, got ${share}: a bottleneck of ${bottleneck} is ${got} parameters, against ${Math.round(wanted)}.`,
      { details: { share, smallest: got } },
    );
  }
  return bottleneck;
}

/** The path of every layer that gets an adapter, such as `h.0`. */
function layerPaths({ family: { names }, config }: TrainableModel): string[] {
  const stack = (path: string, layers: number) => Array.from({ length: layers }, (_, l) => `${path}${l}`);
  return [...stack(names.layers, config.layers), ...(config.encoder ? stack(names.encoderLayers!, config.encoder.layers) : [])];
}

function shapesOf(model: TrainableModel, { bottleneck }: AdapterSettings): Shapes {
  checkWhole('adapter', { bottleneck });
  const { width } = model.config;
  const own = (path: string): [name: string, shape: readonly number[]][] => [
    [`${path}.adapter.ln.weight`, [width]],
    [`${path}.adapter.ln.bias`, [width]],
    [`${path}.adapter.down.weight`, [bottleneck, width]],
    [`${path}.adapter.down.bias`, [bottleneck]],
    [`${path}.adapter.up.weight`, [width, bottleneck]],
    [`${path}.adapter.up.bias`, [width]],
  ];
  return Object.fromEntries(layerPaths(model).flatMap(own));
}

/** As the released code: normal with deviation 0.02, biases 0, the norm 1; so an adapter starts near the identity. */
function initial(name: string, shape: readonly number[], { normal }: Rng): HostTensor {
  if (name.endsWith('.bias')) return hostTensor(undefined, shape);
  if (name.endsWith('.ln.weight')) return hostTensor(new Float32Array(sizeOf(shape)).fill(1), shape);
  return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => 0.02 * normal()), shape);
}

function block(p: Tensors, path: string, x: Tensor): Tensor {
  const at = (name: string) => p[`${path}.adapter.${name}`] as Tensor2D;
  const rows = reshape(layerNorm(x, at('ln.weight'), at('ln.bias'), epsilon), [-1, x.shape[2]!]) as Tensor2D;
  const down = relu(add(matMul(rows, at('down.weight'), false, true), at('down.bias')));
  const up = add(matMul(down as Tensor2D, at('up.weight'), false, true), at('up.bias'));
  return add(x, reshape(up, x.shape));
}

function tuningOf(model: TrainableModel, { bottleneck }: AdapterSettings, parameters: HostTensors): Tuning {
  const settings = { bottleneck };
  const { layers, encoderLayers } = model.family.names;
  const after = (trained: Tensors, stack: string): Hooks => ({ afterLayer: (l, x) => block(trained, `${stack}${l}`, x) });
  return {
    method: 'adapter',
    settings,
    parameters,
    layout: layoutOf(model),
    enter: (trained) => ({
      parameters: model.parameters,
      hooks: after(trained, layers),
      ...(encoderLayers ? { encoderHooks: after(trained, encoderLayers) } : {}),
    }),
    save: (folder, trained) => saveTuned(folder, { method: 'adapter', settings, parameters: trained }),
  };
}
