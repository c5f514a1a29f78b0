import { ConfigError } from '@prefix-tuning/base';
import { crossEntropy } from '@prefix-tuning/jit';
import type { ForwardInput } from '@prefix-tuning/model';
import { add, concat, gather, ones, range, reshape, valueAndGrads, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { BatchTensors } from '../batches/batch.js';
import type { Entry, Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import type { Tensors } from '../tensors.js';

/** What the loss is computed from: the batch, and the method's random inputs, if it has some. */
export type LossInputs = { readonly batch: BatchTensors; readonly noise: Tensors };

/** Hidden states of the positions that predict a target, float32 [N, C], in the order of `batch.rows`. */
function predicting(model: TrainableModel, entry: Entry, batch: BatchTensors): Tensor {
  const { hidden } = model.family.forward(entry.parameters, model.config, forwardInput(entry, batch));
  return gather(reshape(hidden, [-1, hidden.shape[2]!]), batch.rows as Tensor1D);
}

/**
 * The loss of a batch: sum over target tokens of weight x -log p(token | tokens before it).
 *
 * Logits are computed on target positions only.
 */
export function batchLoss(model: TrainableModel, tuning: Tuning, parameters: Tensors, { batch, noise }: LossInputs): Scalar {
  const entry = tuning.enter(parameters, noise);
  return crossEntropy(predicting(model, entry, batch), model.family.outputWeights(entry.parameters), batch.targets, batch.weights);
}

/** Logits of the tokens after each position that predicts a target, float32 [N, V]. */
export function batchLogits(model: TrainableModel, tuning: Tuning, parameters: Tensors, batch: BatchTensors): Tensor {
  const entry = tuning.enter(parameters);
  return model.family.logits(entry.parameters, predicting(model, entry, batch));
}

/** A tuned model's inputs for a batch. Padding stands at the end, where causality hides it: it needs no mask. */
function forwardInput({ past, hooks, readSource }: Entry, { ids, source }: BatchTensors): ForwardInput {
  if ((source === undefined) !== (readSource === undefined)) {
    throw new ConfigError(`batch: expected the method's own layout, got ${source ? 'split' : 'joined'}. Pass layout: tuning.layout where batches are made.`);
  }
  if (!source || !readSource) return { ids, past, hooks };
  const [B, T] = ids.shape as [number, number];
  const read = readSource(source);
  return { ids, hooks, past: read.past, mask: concat([read.mask, ones([B, T])], 1), positions: add(read.next, range(0, T, 1, 'int32')) };
}

export type LossAndGradients = { readonly loss: Tensor; readonly gradients: Tensors };

/** The loss of a batch and its gradient by every parameter that trains; one traceable function. */
export function lossAndGradients(model: TrainableModel, tuning: Tuning) {
  return ({ parameters, ...inputs }: LossInputs & { readonly parameters: Tensors }): LossAndGradients => {
    const names = Object.keys(parameters);
    const record = (values: readonly Tensor[]) => Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const loss = (...values: Tensor[]) => batchLoss(model, tuning, record(values), inputs);
    const { value, grads } = valueAndGrads(loss)(names.map((name) => parameters[name]!));
    return { loss: value, gradients: record(grads) };
  };
}
