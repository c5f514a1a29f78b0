import { createRng } from '@prefix-tuning/base';
import type { JitFunction } from '@prefix-tuning/jit';
import type { Batch } from '../batches/batch.js';
import type { Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import { clipFactor, globalNorm } from '../optimiser/clip.js';
import type { AdamWState, Optimiser } from '../optimiser/adamw.js';
import type { Schedule } from '../optimiser/schedule.js';
import { mapTensors, type HostTensors, type Tensors } from '../tensors.js';
import { dropoutNoise } from './dropout.js';
import { watchLoss } from './divergence.js';
import { checkBatch } from './check-batch.js';
import type { StepEvent, TrainingState } from './events.js';
import type { CompleteHyperparameters } from './hyperparameters.js';
import type { LossAndGradients, LossInputs } from './step.js';

/** The compiled forward and backward pass. */
export type GradientProgram = JitFunction<LossInputs & { readonly parameters: Tensors }, LossAndGradients>;

/** What stays the same from step to step. */
export interface StepPlan {
  readonly model: TrainableModel;
  readonly tuning: Tuning;
  readonly seed: number;
  readonly hyperparameters: CompleteHyperparameters;
  readonly schedule: Schedule;
  readonly optimiser: Optimiser<AdamWState>;
  readonly gradientsOf: GradientProgram;
}

/** The batches of one step, and the pass over the data that they are from, from 0. */
export interface Group {
  readonly batches: readonly Batch[];
  readonly epoch: number;
}

/**
 * One step: gradients of every batch of the group, clipping, the optimiser's update of the state's arrays.
 *
 * @throws TrainingError  if loss or gradient are not finite, or the loss explodes
 */
export async function oneStep(plan: StepPlan, state: TrainingState, group: Group): Promise<StepEvent> {
  const started = performance.now();
  const { hyperparameters, optimiser } = plan;
  const { loss, gradients, denominator } = await groupGradients(plan, state, group.batches);
  const [step, learningRate, gradientNorm] = [state.step + 1, plan.schedule(state.step), globalNorm(gradients)];
  const total = (count: (batch: Batch) => number) => group.batches.reduce((sum, batch) => sum + count(batch), 0);
  const [tokens, targets, ids] = [total((batch) => batch.tokens), total((batch) => batch.targets), group.batches.flatMap((batch) => batch.ids)];
  const facts = { step, ids, loss, lossPerTarget: (loss * denominator) / targets, gradientNorm, learningRate };
  const watch = watchLoss(state.watch, { ...facts, peakLearningRate: hyperparameters.learningRate }, hyperparameters.explosion);
  optimiser.update(gradients, state.optimiser, { parameters: state.parameters, step, learningRate, scale: clipFactor(gradientNorm, hyperparameters.clipNorm) });
  const seconds = (performance.now() - started) / 1000;
  const counts = { steps: hyperparameters.steps, epoch: group.epoch + 1, tokens, targets, seconds, tokensPerSecond: tokens / seconds };
  return { type: 'step', ...facts, ...counts, state: { ...state, step, watch } };
}

/** Loss and gradients of one large batch, from those of its parts: each weighs as much as what its loss was divided by. */
async function groupGradients({ model, tuning, seed, hyperparameters, gradientsOf }: StepPlan, { step, parameters }: TrainingState, batches: readonly Batch[]) {
  const denominator = batches.reduce((sum, batch) => sum + batch.denominator, 0);
  const drops = tuning.modelDropout && hyperparameters.dropout === 'config';
  let [loss, gradients] = [0, undefined as HostTensors | undefined];
  for (const [i, batch] of batches.entries()) {
    checkBatch(model, tuning, batch);
    const rng = createRng(seed).fork(`noise-${step}${i > 0 ? `-${i}` : ''}`);
    const noise = { ...tuning.noise?.(rng, batch.tensors.ids.shape[0]!), ...(drops ? dropoutNoise(model, batch.tensors, rng.fork('dropout')) : {}) };
    const result = await gradientsOf({ parameters, batch: batch.tensors, noise });
    const share = batch.denominator / denominator;
    loss += share * result.loss.data[0]!;
    gradients = batches.length === 1 ? result.gradients : added(gradients, result.gradients, share);
  }
  return { loss, gradients: gradients!, denominator };
}

/** sum + share x more, in the arrays of the sum. */
function added(sum: HostTensors | undefined, more: HostTensors, share: number): HostTensors {
  return mapTensors(more, (tensor, name) => {
    const into = sum?.[name]!.data ?? tensor.data;
    for (let i = 0; i < into.length; i++) into[i] = (sum ? into[i]! : 0) + share * tensor.data[i]!;
    return { ...tensor, data: into };
  });
}
