import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import { crossEntropy } from '@prefix-tuning/jit';
import { encodeSource, type ForwardInput } from '@prefix-tuning/model';
import {
  add, cast, concat, equal, expandDims, greaterEqual, logicalAnd, minimum, mul, ones, range, reshape, scalar, sub, valueAndGrads, zeros,
  type Scalar, type Tensor,
} from '@tensorflow/tfjs-core';
import type { BatchTensors } from '../batches/batch.js';
import type { Entry, Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import type { Tensors } from '../tensors.js';
import { withDropout } from './dropout.js';
import { withRecompute } from './recompute.js';

/** What the loss is computed from: the batch, and the method's random inputs, if it has some. */
export type LossInputs = { readonly batch: BatchTensors; readonly noise: Tensors };

export interface LossOptions {
  /** Share of each target's weight that is spread over the vocabulary; 0 unless given, 0.1 in BART's recipe. */
  readonly labelSmoothing?: number;
  /** Whether layers are computed again in the backward pass. */
  readonly recompute?: boolean;
}

const fields: FieldsOf<LossOptions> = { labelSmoothing: true, recompute: true };

/** Hidden states of the positions that predict a target, float32 [N, C], in the order of `batch.rows`. */
function predicting(model: TrainableModel, entry: Entry, batch: BatchTensors): Tensor {
  const { hidden } = model.family.forward(entry.parameters, model.config, { ...forwardInput(model, entry, batch), rows: batch.rows });
  return reshape(hidden, [-1, model.config.width]);
}

/**
 * The loss of a batch: sum over target tokens of weight x -log p(token | tokens before it).
 *
 * Logits are computed on target positions only.
 */
export function batchLoss(model: TrainableModel, tuning: Tuning, parameters: Tensors, inputs: LossInputs & LossOptions): Scalar {
  const { batch, noise, labelSmoothing = 0, recompute = false } = inputs;
  const own = tuning.enter(parameters, noise);
  const entry = withDropout(recompute ? withRecompute(own, model, parameters) : own, model.config.dropout, noise);
  return crossEntropy(predicting(model, entry, batch), model.family.outputWeights(entry.parameters), batch.targets, batch.weights, { labelSmoothing });
}

/** Logits of the tokens after each position that predicts a target, float32 [N, V]. */
export function batchLogits(model: TrainableModel, tuning: Tuning, parameters: Tensors, batch: BatchTensors): Tensor {
  const entry = tuning.enter(parameters);
  return model.family.logits(entry.parameters, predicting(model, entry, batch));
}

/** A tuned model's inputs for a batch. Padding stands at the end, where causality hides it: it needs no mask. */
function forwardInput(model: TrainableModel, entry: Entry, { ids, source, packing }: BatchTensors): ForwardInput {
  const { past, hooks, readSource } = entry;
  const reads = readSource !== undefined || model.family.encoder !== undefined;
  if ((source !== undefined) !== reads) {
    throw new ConfigError(`batch: expected the method's own layout, got ${source ? 'a source apart' : 'joined'}. Pass layout: tuning.layout where batches are made.`);
  }
  if (packing) return { ids, past, hooks, ...packedInput(packing, past?.[0]?.key.shape[2] ?? 0) };
  if (!source) return { ids, past, hooks };
  const [B, T] = ids.shape as [number, number];
  // As in the released code, a prefix takes no positions in an encoder-decoder model.
  if (!readSource) return { ids, past, hooks, positions: expandDims(range(0, T, 1, 'int32'), 0), source: encodeSource({ ...model, ...entry }, { ...source, ...entry }) };
  const read = readSource(source);
  // After a long source, padding may stand where the model has no positions; any other will do for it.
  const positions = minimum(add(read.next, range(0, T, 1, 'int32')), scalar(model.config.maxPositions - 1, 'int32'));
  return { ids, hooks, past: read.past, mask: concat([read.mask, ones([B, T])], 1), positions };
}

/** Added to the score of a hidden key. */
const hidden = -1e9;

/** Each token sees the P virtual tokens, and of its row the tokens of its own sequence up to itself. */
function packedInput({ positions, segments, slots }: NonNullable<BatchTensors['packing']>, P: number): Pick<ForwardInput, 'attentionMask' | 'positions' | 'slots'> {
  const [B, T] = segments.shape as [number, number];
  const time = range(0, T, 1, 'int32');
  const seen = logicalAnd(equal(expandDims(segments, 2), expandDims(segments, 1)), greaterEqual(expandDims(time, 1), expandDims(time, 0)));
  const own = reshape(mul(sub(1, cast(seen, 'float32')), hidden), [B, 1, T, T]);
  return { attentionMask: P > 0 ? concat([zeros([B, 1, T, P]), own], 3) : own, positions: add(positions, scalar(P, 'int32')), slots };
}

export type LossAndGradients = { readonly loss: Tensor; readonly gradients: Tensors };

/**
 * The loss of a batch and its gradient by every parameter that trains; one traceable function.
 *
 * @throws ConfigError  if the virtual tokens that are to train are none, or an option does not exist
 */
export function lossAndGradients(model: TrainableModel, tuning: Tuning, options: LossOptions = {}) {
  checkFields('lossAndGradients', options, Object.keys(fields));
  if (tuning.settings.length === 0) {
    throw new ConfigError(`${tuning.method}: expected a length of at least 1 to train, got 0. Choose one, or use the model as it is.`, { details: { field: 'length', value: 0 } });
  }
  return ({ parameters, ...inputs }: LossInputs & { readonly parameters: Tensors }): LossAndGradients => {
    const names = Object.keys(parameters);
    const record = (values: readonly Tensor[]) => Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const loss = (...values: Tensor[]) => batchLoss(model, tuning, record(values), { ...inputs, ...options });
    const { value, grads } = valueAndGrads(loss)(names.map((name) => parameters[name]!));
    return { loss: value, gradients: record(grads) };
  };
}
