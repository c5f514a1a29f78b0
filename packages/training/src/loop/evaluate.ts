import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import { hostTensor, jit, type HostTensor, type Runtime } from '@prefix-tuning/jit';
import type { Batch, BatchTensors } from '../batches/batch.js';
import type { BatchSource } from '../batches/source.js';
import type { Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import type { HostTensors, Tensors } from '../tensors.js';
import { checkBatch } from './check-batch.js';
import { batchLoss } from './step.js';

/** How well a tuned model predicts targets. */
export interface Evaluation {
  /** Mean -log p of a target token, over all of them. */
  readonly loss: number;
  /** exp of the loss. */
  readonly perplexity: number;
  readonly targets: number;
}

/** Evaluates parameters on data; the compiled programs stay for the next call. */
export interface Evaluator {
  (parameters: HostTensors): Promise<Evaluation>;
  dispose(): Promise<void>;
}

export interface EvaluatorOptions {
  /** What is looked at, in its own order. */
  readonly batches: BatchSource;
  /** How often the evaluator will be called, if that is known: for few passes less is prepared. */
  readonly passes?: number;
  /** Where the program runs; what is found unless given. */
  readonly runtime?: Runtime;
}

const fields: FieldsOf<EvaluatorOptions> = { batches: true, passes: true, runtime: true };

type EvaluationInputs = { readonly parameters: Tensors; readonly batch: BatchTensors };

/**
 * Makes an evaluator of a tuning on held-out data. Every target token counts alike, whatever the objective; nothing is smoothed or dropped.
 *
 * @throws ConfigError  for an option that does not exist
 * @throws ShapeError  when called, if a sequence needs more positions than the model has
 */
export function evaluator(model: TrainableModel, tuning: Tuning, options: EvaluatorOptions): Evaluator {
  checkFields('evaluator', options, Object.keys(fields));
  const { batches, passes, runtime } = options;
  const run = jit(({ parameters, batch }: EvaluationInputs) => batchLoss(model, tuning, parameters, { batch, noise: {} }), {
    name: 'evaluation',
    ...(passes === undefined ? {} : { runs: passes * batches.batchesPerEpoch }),
    ...(runtime ? { runtime } : {}),
  });
  const evaluate = async (parameters: HostTensors): Promise<Evaluation> => {
    let [sum, targets] = [0, 0];
    for (const batch of batches.epoch()) {
      checkBatch(model, tuning, batch);
      const loss: HostTensor = await run({ parameters, batch: countingTokens(batch) });
      sum += loss.data[0]!;
      targets += batch.targets;
    }
    return { loss: sum / targets, perplexity: Math.exp(sum / targets), targets };
  };
  return Object.assign(evaluate, { dispose: run.dispose });
}

/** The same batch with weight 1 on every target, so that its loss is a sum over tokens. */
function countingTokens({ tensors }: Batch): BatchTensors<HostTensor> {
  const weights = Float32Array.from(tensors.weights.data, (weight) => (weight > 0 ? 1 : 0));
  return { ...tensors, weights: hostTensor(weights, tensors.weights.shape) };
}
