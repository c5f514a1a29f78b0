import { checkFields, ConfigError, type FieldsOf, type Rng } from '@prefix-tuning/base';
import { add, div, matMul, mul, sqrt, square, sub, sum, tanh, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { createPrefix } from './create.js';
import type { FoldedPrefix } from './fold.js';
import { linear, type Initialisation } from './matrix.js';
import type { PrefixSpec, ReparametrisedSpec } from './spec.js';
import { toTensors } from './tensors.js';
import { fillValues, type ParameterValues, type Values } from './values.js';

/** What a fitting step takes and gives: the network, Adam's moments, and 1 - beta^t of both. */
export type FitState<Leaf = Tensor> = {
  readonly network: { readonly [name: string]: Leaf };
  readonly mean: { readonly [name: string]: Leaf };
  readonly variance: { readonly [name: string]: Leaf };
  readonly debias1: Leaf;
  readonly debias2: Leaf;
};
export type FitInputs<Leaf = Tensor> = { readonly state: FitState<Leaf>; readonly embedding: Leaf; readonly target: Leaf };

export interface FitOptions {
  readonly rng: Rng;
  /** 500 in the released code. */
  readonly steps?: number;
  /** 1e-4 in the released code. */
  readonly learningRate?: number;
  /** How the small matrix starts; it does not train here. */
  readonly initialisation?: Initialisation;
  /** Compiles the fitting function, such as `jit` of `@prefix-tuning/jit`; without it each step runs op by op. */
  readonly compile?: (fn: (inputs: FitInputs) => FitState) => (inputs: FitInputs<Values>) => Promise<FitState<Values>>;
}

const fields: FieldsOf<FitOptions> = { rng: true, steps: true, learningRate: true, initialisation: true, compile: true };

/** Steps in one compiled call, so that the network moves between memory and program only so often. */
const stepsPerCall = 10;

/**
 * Starts a prefix from given keys and values, such as a model's activations on real words. Direct: they are the
 * prefix. Reparametrised: the network is fitted to them from a random small matrix, by Adam on the mean squared error.
 *
 * @param target  what the expanded prefix should be, see {@link prefixFromPast}
 * @throws ConfigError  for an option that does not exist, if the target is of another shape, or the number of steps no
 *   multiple of 10
 * @see the released code's lowdata_init_train3; differs in: nothing
 */
export async function fitPrefix(spec: PrefixSpec, target: FoldedPrefix, options: FitOptions): Promise<ParameterValues> {
  checkFields('fitPrefix', options, Object.keys(fields));
  for (const field of ['layers', 'heads', 'headDim', 'length'] as const) {
    if (spec[field] === target[field]) continue;
    throw new ConfigError(`fitPrefix: expected activations with ${field} ${spec[field]}, got ${target[field]}. Set ${field} to that, or give other words.`, {
      details: { field, expected: spec[field], got: target[field] },
    });
  }
  if (spec.kind === 'direct') return { 'embedding.weight': target.rows };
  return fitNetwork(spec, target.rows, options);
}

async function fitNetwork(spec: ReparametrisedSpec, target: Values, options: FitOptions): Promise<ParameterValues> {
  const { steps = 500, learningRate = 1e-4, rng, initialisation = 'normal', compile = eagerly } = options;
  if (!Number.isInteger(steps / stepsPerCall)) throw new ConfigError(`fitPrefix: expected steps to be a multiple of ${stepsPerCall}, got ${steps}.`);
  const { 'embedding.weight': embedding, ...network } = createPrefix(spec, rng, initialisation);
  const zeros = () => Object.fromEntries(Object.entries(network).map(([name, { shape }]) => [name, fillValues(shape, () => 0)]));
  const none = fillValues([], () => 0);
  let state: FitState<Values> = { network, mean: zeros(), variance: zeros(), debias1: none, debias2: none };
  const run = compile((inputs) => {
    let next = inputs.state;
    for (let i = 0; i < stepsPerCall; i++) next = adamStep(next, gradients(next.network, inputs), learningRate);
    return next;
  });
  for (let done = 0; done < steps; done += stepsPerCall) state = await run({ state, embedding: embedding!, target });
  return { 'embedding.weight': embedding!, ...state.network };
}

/**
 * Gradients of mean((MLP(E) - target)^2) by the network, written out, so that no gradient registry is needed.
 *
 * dY = 2 (Y - T) / N;  dW2 = dY^T H, db2 = sum dY;  dA = dY W2 (1 - H^2);  dW1 = dA^T E, db1 = sum dA
 */
function gradients(network: FitState['network'], { embedding, target }: FitInputs): Record<string, Tensor> {
  const weight2 = network['transform.2.weight']!;
  const hidden = tanh(linear(embedding, network['transform.0.weight']!, network['transform.0.bias']!));
  const rows = linear(hidden, weight2, network['transform.2.bias']!);
  const dRows = mul(sub(rows, target), 2 / rows.size);
  const dHidden = mul(matMul(dRows as Tensor2D, weight2 as Tensor2D), sub(1, square(hidden)));
  return {
    'transform.0.weight': matMul(dHidden as Tensor2D, embedding as Tensor2D, true, false),
    'transform.0.bias': sum(dHidden, 0),
    'transform.2.weight': matMul(dRows as Tensor2D, hidden as Tensor2D, true, false),
    'transform.2.bias': sum(dRows, 0),
  };
}

/** Adam with PyTorch's defaults. */
function adamStep(state: FitState, gradient: Record<string, Tensor>, learningRate: number): FitState {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const towards = (average: Tensor, value: Tensor | number, beta: number): Tensor => add(mul(average, beta), mul(value, 1 - beta));
  const each = (fn: (name: string) => Tensor) => Object.fromEntries(Object.keys(state.network).map((name) => [name, fn(name)]));
  const debias1 = towards(state.debias1, 1, beta1);
  const debias2 = towards(state.debias2, 1, beta2);
  const means = each((name) => towards(state.mean[name]!, gradient[name]!, beta1));
  const variance = each((name) => towards(state.variance[name]!, square(gradient[name]!), beta2));
  const network = each((name) => {
    const step = div(div(means[name]!, debias1), add(sqrt(div(variance[name]!, debias2)), epsilon));
    return sub(state.network[name]!, mul(step, learningRate));
  });
  return { network, mean: means, variance, debias1, debias2 };
}

/** Runs a fitting function op by op on the active backend. */
function eagerly(fn: (inputs: FitInputs) => FitState): (inputs: FitInputs<Values>) => Promise<FitState<Values>> {
  const toValues = async (tensor: Tensor): Promise<Values> => {
    const data = Float32Array.from(await tensor.data());
    tensor.dispose();
    return { dtype: 'float32', shape: tensor.shape, data };
  };
  const all = async (record: FitState['network']) =>
    Object.fromEntries(await Promise.all(Object.entries(record).map(async ([name, tensor]) => [name, await toValues(tensor)] as const)));
  return async ({ state, embedding, target }) => {
    const result = tidy(() => {
      const lone = toTensors({ embedding, target, debias1: state.debias1, debias2: state.debias2 });
      const { debias1, debias2, ...constants } = lone as { debias1: Tensor; debias2: Tensor; embedding: Tensor; target: Tensor };
      const [network, means, variance] = [toTensors(state.network), toTensors(state.mean), toTensors(state.variance)];
      return fn({ state: { network, mean: means, variance, debias1, debias2 }, ...constants });
    });
    const [network, means, variance] = await Promise.all([all(result.network), all(result.mean), all(result.variance)]);
    return { network, mean: means, variance, debias1: await toValues(result.debias1), debias2: await toValues(result.debias2) };
  };
}
