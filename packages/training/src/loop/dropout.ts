import type { Rng } from '@prefix-tuning/base';
import { hostTensor, sizeOf, type HostTensor } from '@prefix-tuning/jit';
import type { DropoutRates, Hooks } from '@prefix-tuning/model';
import { cast, expandDims, floor, greaterEqual, mul, reshape, slice, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { BatchTensors } from '../batches/batch.js';
import type { Entry } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import type { HostTensors, Tensors } from '../tensors.js';

/** Wraps around thousands of times over the range of a product, so that its fraction is even and near products are far. */
const turns = 4096;

/**
 * The random inputs of a model's dropout in one step: a number for each row and each column of the largest mask. The
 * masks themselves, of a hundred times as many numbers, are made in the program, see {@link dropoutMask}.
 */
export function dropoutNoise({ config, family }: TrainableModel, { ids, source, packing }: BatchTensors<HostTensor>, { uniform }: Rng): HostTensors {
  const [B, T] = (packing?.segments ?? ids).shape as [number, number];
  const longest = Math.max(T, source?.ids.shape[1] ?? 0);
  const heads = Math.max(config.heads, config.encoder?.heads ?? 0);
  // No tensor inside a layer is wider than the widest bias.
  const widest = Math.max(...Object.values(family.parameterShapes(config)).map((shape) => (shape.length === 1 ? shape[0]! : 0)), config.width);
  const random = (size: number) => hostTensor(Float32Array.from({ length: size }, () => 0.5 + 0.5 * uniform()), [size]);
  // Tokens that stand apart from the rows they attend in may be more than those have room for.
  return { dropoutRows: random(Math.max(B * longest * heads, sizeOf(ids.shape))), dropoutColumns: random(Math.max(widest, longest + config.maxPositions)) };
}

/**
 * A mask of inverted dropout: 0 with probability `rate`, else 1 / (1 - rate).
 *
 *   mask[r, c] = [frac(4096 u[r] w[c]) >= rate] / (1 - rate),  u[r] = (1 + frac(4096 k x[r])) / 2,  x, w random in [0.5, 1)
 *
 * with a constant k for each site. Any two numbers of a mask, or of two masks, are independent to the eye of any test in
 * `dropout.test.ts`. Products of two floats and their fractions are exact to the last bit on every runtime.
 */
export function dropoutMask(shape: readonly number[], { rate, site, noise }: { rate: number; site: number; noise: Tensors }): Tensor {
  const columns = shape.at(-1)!;
  const rows = sizeOf(shape) / columns;
  const spread = 0.5 + 0.5 * ((site * 0.6180339887498949) % 1);
  const u = mul(addOne(fraction(mul(slice(noise.dropoutRows!, 0, rows), spread))), 0.5);
  const products = mul(expandDims(u, 1), expandDims(slice(noise.dropoutColumns!, 0, columns), 0));
  return reshape(mul(cast(greaterEqual(fraction(products), rate), 'float32'), 1 / (1 - rate)), [...shape]);
}

const addOne = (x: Tensor): Tensor => sub(x, -1);

/** The fraction of x turned around many times. */
function fraction(x: Tensor): Tensor {
  const turned = mul(x, turns);
  return sub(turned, floor(turned));
}

/** The entry with a model's dropout at work, if this step's noise holds it. */
export function withDropout(entry: Entry, rates: DropoutRates | undefined, noise: Tensors): Entry {
  if (!rates || !noise.dropoutRows) return entry;
  let site = 0;
  const mask = (shape: readonly number[], rate: number) => (rate > 0 ? dropoutMask(shape, { rate, site: ++site, noise }) : undefined);
  const drop = (x: Tensor, rate: number) => {
    const kept = mask(x.shape, rate);
    return kept ? mul(x, kept) : x;
  };
  const through = (hooks: Hooks = {}): Hooks => {
    const residual = (then?: (layer: number, x: Tensor) => Tensor) => (layer: number, x: Tensor) => {
      const dropped = drop(x, rates.residual);
      return then?.(layer, dropped) ?? dropped;
    };
    return {
      ...hooks,
      // A layer that is computed again drops the same.
      layer: (x, run, reads) => {
        const before = site;
        const same = (x: Tensor) => {
          site = before;
          return run(x);
        };
        return hooks.layer ? hooks.layer(x, same, reads) : run(x);
      },
      afterEmbedding: (x) => drop(x, rates.embedding),
      attentionKeep: (shape) => mask(shape, rates.attention),
      afterActivation: (_, x) => drop(x, rates.activation),
      afterAttention: residual(hooks.afterAttention),
      afterCrossAttention: residual(hooks.afterCrossAttention),
      afterFeedForward: residual(hooks.afterFeedForward),
    };
  };
  return { ...entry, hooks: through(entry.hooks), encoderHooks: through(entry.encoderHooks) };
}
