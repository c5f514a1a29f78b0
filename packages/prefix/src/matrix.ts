import { checkFields, ConfigError, ShapeError, type Rng } from '@prefix-tuning/base';
import { add, matMul, tanh, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { toTensors, type ParameterTensors } from './tensors.js';
import { fillValues, sizeOf, type ParameterValues, type Values } from './values.js';

/**
 * A trained matrix [P, out], one row for each position: itself (`direct`), or a smaller matrix [P, C] and a network
 * C -> M -> out over its rows (`reparametrised`). What every kind of prefix is made of.
 */
export type MatrixSpec =
  | { readonly kind: 'direct'; readonly length: number; readonly out: number }
  | { readonly kind: 'reparametrised'; readonly length: number; readonly out: number; readonly width: number; readonly networkWidth: number };

/**
 * How a matrix starts: `uniform` in [0, 1), the paper's random initialisation; `normal`, as PyTorch's embeddings and
 * the released code; `zero`: the matrix is zero, and still trains. Real words: see `fitPrefix`.
 */
export type Initialisation = 'uniform' | 'normal' | 'zero';

export const initialisations: readonly Initialisation[] = ['uniform', 'normal', 'zero'];

/**
 * Names and shapes of the parameters that train. Names are those of PEFT's `PrefixEncoder`; linear weights are
 * [out, in] as in PyTorch.
 *
 * @throws ConfigError  if a size is not a whole number, or is below one (the length may be 0)
 */
export function matrixShapes(spec: MatrixSpec): Record<string, readonly number[]> {
  checkSizes(spec);
  if (spec.kind === 'direct') return { 'embedding.weight': [spec.length, spec.out] };
  return {
    'embedding.weight': [spec.length, spec.width],
    'transform.0.weight': [spec.networkWidth, spec.width],
    'transform.0.bias': [spec.networkWidth],
    'transform.2.weight': [spec.out, spec.networkWidth],
    'transform.2.bias': [spec.out],
  };
}

/**
 * Makes parameters. The (smaller) matrix is drawn as asked for, and the network as PyTorch's `Linear`, uniform within
 * 1 / sqrt(inputs); with `zero` its last layer is zero.
 *
 * @throws ConfigError  if a size, the initialisation or the source of random numbers is not valid
 */
export function createMatrix(spec: MatrixSpec, rng: Rng, initialisation: Initialisation = 'uniform'): ParameterValues {
  if (!initialisations.includes(initialisation)) {
    throw new ConfigError(`prefix: expected initialisation to be one of ${initialisations.join(', ')}, got ${initialisation}.`, {
      details: { field: 'initialisation', value: initialisation },
    });
  }
  if (typeof rng?.fork !== 'function') throw new ConfigError(`prefix: expected a source of random numbers, got ${String(rng)}. Pass createRng(seed).`);
  const entries = Object.entries(matrixShapes(spec));
  return Object.fromEntries(entries.map(([name, shape]) => [name, initialValues(name, shape, { spec, rng: rng.fork(name), initialisation })]));
}

function initialValues(
  name: string,
  shape: readonly number[],
  { spec, rng, initialisation }: { spec: MatrixSpec; rng: Rng; initialisation: Initialisation },
): Values {
  const direct = spec.kind === 'direct';
  if (initialisation === 'zero' && (direct || name.startsWith('transform.2.'))) return fillValues(shape, () => 0);
  if (direct || name === 'embedding.weight') return fillValues(shape, initialisation === 'uniform' ? rng.uniform : rng.normal);
  const inputs = name.startsWith('transform.0.') ? spec.width : spec.networkWidth;
  return fillValues(shape, () => (2 * rng.uniform() - 1) / Math.sqrt(inputs));
}

/** A linear layer with PyTorch's weight: x [N, in], weight [out, in] -> [N, out]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return add(matMul(x as Tensor2D, weight as Tensor2D, false, true), bias);
}

/**
 * Computes the matrix: MLP(E), or E itself.
 *
 * MLP(E) = W2 tanh(W1 E + b1) + b2,  E in R^{P x C},  MLP: C -> M -> out
 *
 * @returns  float32 [P, out]
 * @throws ShapeError  if the parameters are not those of the specification
 */
export function expandMatrix(parameters: ParameterTensors, spec: MatrixSpec): Tensor {
  checkParameterShapes(parameters, matrixShapes(spec), `${spec.kind} prefix`);
  const embedding = parameters['embedding.weight']!;
  if (spec.kind === 'direct') return embedding;
  const hidden = tanh(linear(embedding, parameters['transform.0.weight']!, parameters['transform.0.bias']!));
  return linear(hidden, parameters['transform.2.weight']!, parameters['transform.2.bias']!);
}

export interface FoldOptions {
  /** Compiles the network, such as `jit` of `@prefix-tuning/jit`; without it each of its products runs on the active backend. */
  readonly compile?: (fn: (parameters: ParameterTensors) => Tensor) => (parameters: ParameterValues) => Promise<Values>;
}

/**
 * Computes the matrix once, into plain memory: what is kept of it after training.
 *
 * @throws ConfigError  for an option that does not exist
 * @throws ShapeError  if the parameters are not those of the specification
 */
export async function foldMatrix(parameters: ParameterValues, spec: MatrixSpec, options: FoldOptions = {}): Promise<Values> {
  checkFields('fold options', options, ['compile']);
  const { compile = eagerly } = options;
  const { data } = await compile((tensors) => expandMatrix(tensors, spec))(parameters);
  return { dtype: 'float32', shape: [spec.length, spec.out], data };
}

const eagerly: NonNullable<FoldOptions['compile']> = (fn) => async (parameters) => {
  const rows = tidy(() => fn(toTensors(parameters)));
  const data = Float32Array.from(await rows.data());
  const { shape } = rows;
  rows.dispose();
  return { dtype: 'float32', shape, data };
};

/** How many numbers train. */
export const matrixSize = (spec: MatrixSpec): number => Object.values(matrixShapes(spec)).reduce((sum, shape) => sum + sizeOf(shape), 0);

/**
 * Checks that parameters have exactly these names and shapes.
 *
 * @throws ShapeError  naming each parameter that is missing, unknown or of another shape
 */
export function checkParameterShapes(
  parameters: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  expected: Readonly<Record<string, readonly number[]>>,
  where: string,
): void {
  const text = (shape: readonly number[] | undefined) => (shape ? `[${shape.join(', ')}]` : 'nothing');
  const names = [...new Set([...Object.keys(expected), ...Object.keys(parameters)])];
  const wrong = names.filter((name) => text(expected[name]) !== text(parameters[name]?.shape));
  if (wrong.length === 0) return;
  const list = wrong.map((name) => `${name}: expected ${text(expected[name])}, got ${text(parameters[name]?.shape)}`);
  throw new ShapeError(`${where}: ${list.join('; ')}. Use the settings that the parameters were made with.`, { details: { wrong } });
}

function checkSizes({ kind, ...sizes }: MatrixSpec): void {
  if (kind !== 'direct' && kind !== 'reparametrised') {
    throw new ConfigError(`prefix: expected kind to be direct or reparametrised, got ${String(kind)}.`, { details: { field: 'kind', value: kind } });
  }
  const needed = kind === 'direct' ? { length: 0, out: 1 } : { length: 0, out: 1, width: 1, networkWidth: 1 };
  for (const [field, least] of Object.entries(needed)) {
    const value = (sizes as Record<string, unknown>)[field];
    if (Number.isInteger(value) && (value as number) >= least) continue;
    throw new ConfigError(`prefix: expected ${field} to be a whole number of at least ${least}, got ${String(value)}.`, { details: { field, value } });
  }
}
