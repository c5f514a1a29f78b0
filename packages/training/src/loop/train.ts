import { checkFields, ConfigError, createRng, type FieldsOf } from '@prefix-tuning/base';
import { jit, type CompileEvent, type Runtime } from '@prefix-tuning/jit';
import { checkParameterShapes } from '@prefix-tuning/prefix';
import type { Batch } from '../batches/batch.js';
import type { BatchSource } from '../batches/source.js';
import type { Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import { adamw, type AdamWState, type Optimiser } from '../optimiser/adamw.js';
import { constantSchedule, linearSchedule } from '../optimiser/schedule.js';
import { checkPart } from '../parts.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import type { TrainingEvent, TrainingState } from './events.js';
import { completeHyperparameters, type CompleteHyperparameters, type Hyperparameters } from './hyperparameters.js';
import { lossAndGradients } from './step.js';
import { trainingRuntime } from './runtime.js';
import { oneStep, type Group, type StepPlan } from './update.js';
import { checkValidation, looker, type Validation } from './validation.js';

export interface TrainOptions {
  /** What `loadModel` gives. */
  readonly model: TrainableModel;
  /** The method at work on this model, as `tune` starts it. */
  readonly tuning: Tuning;
  /** What is learned, as `sequenceBatches` makes it. */
  readonly batches: BatchSource;
  /** How to train. */
  readonly hyperparameters: Hyperparameters;
  /** A whole number that decides the order of the data and all noise; the start of the parameters was decided by {@link tune}. */
  readonly seed: number;
  /** Goes on from this state of the same run. */
  readonly resume?: TrainingState;
  /** Data to look at every so many steps and after the last: for early stopping and the best parameters. */
  readonly validation?: Validation;
  /** Where programs run; what {@link trainingRuntime} finds unless given. */
  readonly runtime?: Runtime;
}

const fields: FieldsOf<TrainOptions> = { model: true, tuning: true, batches: true, hyperparameters: true, seed: true, resume: true, validation: true, runtime: true };

/**
 * Trains, step by step: iterate over the events; leaving the loop stops the run.
 *
 * The same options give the same losses and parameters. The last event, `end`, carries the trained parameters; every
 * step's event carries a state that `saveCheckpoint` can write and `resume` takes. `trainRun` does that in a folder.
 *
 * @throws ConfigError  if an option, a hyperparameter, the seed or a field of the validation is unknown or out of range
 * @throws TrainingError  if the loss or its gradient is not finite, or the loss explodes, naming the step and its examples;
 *   or if a look at the validation data gives a value that is not finite
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent, void, void> {
  checkFields('train', options, Object.keys(fields));
  const { model, tuning, validation, seed } = options;
  const runtime = options.runtime ?? (await trainingRuntime());
  const hyperparameters = checkSettings(options);
  const { steps, accumulate } = hyperparameters;
  const schedule = scheduleOf(hyperparameters);
  const looks = validation && looker(model, tuning, { validation, steps, runtime });
  const compiled: CompileEvent[] = [];
  const { labelSmoothing, recompute, beta1, beta2, epsilon, weightDecay } = hyperparameters;
  const gradientsOf = jit(lossAndGradients(model, tuning, { labelSmoothing, recompute }), {
    name: `${tuning.method} step`,
    // Of the whole run, even where it goes on from a checkpoint: how programs are made decides last bits.
    runs: steps * accumulate,
    onCompile: (event) => compiled.push(event),
    runtime,
  });
  const optimiser = adamw({ beta1, beta2, epsilon, weightDecay });
  const plan: StepPlan = { model, tuning, seed, hyperparameters, schedule, optimiser, gradientsOf };
  let state = startOf(options, optimiser);
  const stopped = () => state.watch.waited >= (validation?.patience ?? Infinity);
  const remaining = remainingGroups(options, state.step, hyperparameters);
  try {
    for (;;) {
      const look = await looks?.look(state, steps);
      if (look) yield { ...look, state: (state = look.state) };
      const next = stopped() ? undefined : remaining.next().value;
      if (!next) break;
      const event = await oneStep(plan, state, next);
      state = event.state;
      // The step changed the state's arrays: whoever stops at a later event must have had its state.
      yield event;
      for (const { signature, seconds } of compiled.splice(0)) yield { type: 'compile', signature, seconds };
    }
    yield { type: 'end', reason: stopped() ? 'patience' : 'steps', parameters: state.best ?? state.parameters, state };
  } finally {
    await Promise.all([gradientsOf.dispose(), looks?.dispose()]);
  }
}

/**
 * Checks what decides the result, and completes the hyperparameters.
 *
 * @throws ConfigError  if a hyperparameter, the seed or a field of the validation is unknown or out of range
 */
export function checkSettings({ model, tuning, batches, hyperparameters, seed, validation }: TrainOptions): CompleteHyperparameters {
  checkPart('train: model', model?.parameters, 'loadModel');
  checkPart('train: tuning', tuning?.parameters, 'tune');
  checkPart('train: batches', batches?.epoch, 'sequenceBatches');
  if (!Number.isInteger(seed)) throw new ConfigError(`train: expected a whole number as seed, got ${String(seed)}. Correct the setting.`, { details: { seed } });
  if (validation) checkValidation(validation);
  const complete = completeHyperparameters(hyperparameters, batches.batchesPerEpoch);
  // A schedule refuses a warm-up that is longer than the run.
  scheduleOf(complete);
  return complete;
}

function scheduleOf({ learningRate: peak, steps, warmupSteps, schedule }: CompleteHyperparameters) {
  return { linear: linearSchedule, constant: constantSchedule }[schedule]({ peak, steps, warmupSteps });
}

function startOf({ resume, seed, tuning }: TrainOptions, optimiser: Optimiser<AdamWState>): TrainingState {
  if (resume && resume.seed !== seed) throw new ConfigError(`train: expected the checkpoint's seed ${resume.seed}, got ${seed}. Go on with the same seed.`);
  if (resume) checkParameterShapes(resume.parameters, mapTensors(tuning.parameters, ({ shape }) => shape), 'train: the checkpoint to go on from');
  // Steps change these arrays: they are copies. A file's order is not the method's, and sums over all parameters
  // depend on the order in their last bits.
  const own = (tensors: HostTensors) => mapTensors(tuning.parameters, (_, name) => ({ ...tensors[name]!, data: tensors[name]!.data.slice() }));
  if (!resume) {
    const parameters = own(tuning.parameters);
    return { step: 0, seed, parameters, optimiser: optimiser.init(parameters), watch: { looked: 0, waited: 0, above: 0 } };
  }
  const { mean, variance } = resume.optimiser;
  const best = resume.best ? { best: own(resume.best) } : {};
  return { ...resume, ...best, parameters: own(resume.parameters), optimiser: { mean: own(mean), variance: own(variance) } };
}

/**
 * The steps' batches still to train on: epoch after epoch, each in an order of its own, without those already done.
 *
 * @throws ConfigError  if an epoch has not as many batches as it should: such a run could not go on where it stopped
 */
function* remainingGroups({ batches, seed }: TrainOptions, done: number, { steps, accumulate }: CompleteHyperparameters): Generator<Group, undefined> {
  if (done >= steps) return undefined;
  const { batchesPerEpoch } = batches;
  const perEpoch = Math.ceil(batchesPerEpoch / accumulate);
  for (let epoch = Math.floor(done / perEpoch); ; epoch++) {
    let [step, seen] = [epoch * perEpoch, 0];
    for (const group of groups(batches.epoch(createRng(seed).fork(`epoch-${epoch}`)), accumulate)) {
      if (step >= steps) return undefined;
      seen += group.length;
      if (seen > batchesPerEpoch) break;
      if (step++ >= done) yield { batches: group, epoch };
    }
    if (seen !== batchesPerEpoch || seen === 0) throw wrongPass(batchesPerEpoch, seen);
    if (step >= steps) return undefined;
  }
}

const wrongPass = (batchesPerEpoch: number, seen: number) =>
  new ConfigError(`train: expected a pass over the data to hold its batchesPerEpoch of batches, ${batchesPerEpoch}, got ${seen}${seen > batchesPerEpoch ? ' or more' : ''}. Let every call of epoch() begin a pass of its own.`, {
    details: { batchesPerEpoch, seen },
  });

/** Consecutive batches in groups; the last may hold fewer. */
function* groups(batches: Iterable<Batch>, size: number): Generator<Batch[]> {
  let group: Batch[] = [];
  for (const batch of batches) {
    group.push(batch);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
