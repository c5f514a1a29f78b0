import { ConfigError, createRng } from '@prefix-tuning/base';
import { hostTensor, jit, type CompileEvent, type Runtime } from '@prefix-tuning/jit';
import { checkParameterShapes } from '@prefix-tuning/prefix';
import type { Batch } from '../batches/batch.js';
import type { BatchSource } from '../batches/source.js';
import { TrainingError } from '../errors.js';
import type { Tuning } from '../methods/method.js';
import type { TrainableModel } from '../model.js';
import { adamw } from '../optimiser/adamw.js';
import { constantSchedule, linearSchedule } from '../optimiser/schedule.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import { evaluator } from './evaluate.js';
import type { StepEvent, TrainingEvent, TrainingState } from './events.js';
import { completeHyperparameters, type CompleteHyperparameters, type Hyperparameters } from './hyperparameters.js';
import { trainingStep } from './step.js';

export interface TrainOptions {
  readonly model: TrainableModel;
  readonly tuning: Tuning;
  readonly batches: BatchSource;
  readonly hyperparameters: Hyperparameters;
  /** Decides the order of the data and all noise; the start of the parameters was decided by {@link Tuning}. */
  readonly seed: number;
  /** Goes on from here. */
  readonly resume?: TrainingState;
  /** Data to look at every so many steps and after the last. */
  readonly validation?: { readonly batches: BatchSource; readonly everySteps: number };
  /** Where programs run; ONNX Runtime unless given. */
  readonly runtime?: Runtime;
}

/**
 * Trains, step by step: iterate over the events; leaving the loop stops the run.
 *
 * The same options give the same losses and parameters. The last event, `end`, carries the trained parameters; every
 * step's event carries a state that `saveCheckpoint` can write and `resume` takes.
 *
 * @throws ConfigError  if a hyperparameter is unknown or out of range
 * @throws TrainingError  if the loss or its gradient is not finite, naming the step and its examples
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent, void, void> {
  const hyperparameters = completeHyperparameters(options.hyperparameters, options.batches.batchesPerEpoch);
  const compiled: CompileEvent[] = [];
  const runtime = options.runtime ? { runtime: options.runtime } : {};
  const optimiser = adamw(hyperparameters);
  const clipNorm = Number.isFinite(hyperparameters.clipNorm) ? hyperparameters.clipNorm : undefined;
  const step = jit(trainingStep(options.model, options.tuning, { optimiser, clipNorm }), {
    name: `${options.tuning.method} step`,
    onCompile: (event) => compiled.push(event),
    ...runtime,
  });
  const validate = options.validation && evaluator(options.model, options.tuning, { batches: options.validation.batches, ...runtime });
  let state = startOf(options, optimiser);
  try {
    for (const { batch, epoch } of remainingBatches(options, state.step, hyperparameters.steps)) {
      const event = await oneStep({ options, hyperparameters, step, state, batch, epoch });
      state = event.state;
      for (const { signature, seconds } of compiled.splice(0)) yield { type: 'compile', signature, seconds };
      yield event;
      if (validate && (state.step % options.validation!.everySteps === 0 || state.step === hyperparameters.steps)) {
        const { loss, perplexity } = await validate(state.parameters);
        yield { type: 'validation', step: state.step, loss, perplexity, state };
      }
    }
    yield { type: 'end', state };
  } finally {
    await Promise.all([step.dispose(), validate?.dispose()]);
  }
}

type CompiledStep = ReturnType<typeof jit<Parameters<ReturnType<typeof trainingStep>>[0], ReturnType<ReturnType<typeof trainingStep>>>>;

interface StepContext {
  readonly options: TrainOptions;
  readonly hyperparameters: CompleteHyperparameters;
  readonly step: CompiledStep;
  readonly state: TrainingState;
  readonly batch: Batch;
  readonly epoch: number;
}

async function oneStep({ options, hyperparameters, step, state, batch, epoch }: StepContext): Promise<StepEvent> {
  const started = performance.now();
  const { peak, steps, warmupSteps } = { ...hyperparameters, peak: hyperparameters.learningRate };
  const schedule = hyperparameters.schedule === 'linear' ? linearSchedule({ peak, steps, warmupSteps }) : constantSchedule(peak);
  const learningRate = schedule(state.step);
  const rng = createRng(options.seed).fork(`noise-${state.step}`);
  const noise = options.tuning.noise?.(rng, batch.tensors.ids.shape[0]!) ?? {};
  const { parameters, optimiser } = state;
  const result = await step({ parameters, optimiser, batch: batch.tensors, noise, learningRate: hostTensor([learningRate], []) });
  const [loss, gradientNorm] = [result.loss.data[0]!, result.gradientNorm.data[0]!];
  checkFinite({ loss, gradientNorm }, state.step + 1, batch);
  const seconds = (performance.now() - started) / 1000;
  return {
    type: 'step',
    step: state.step + 1,
    steps,
    epoch: epoch + 1,
    loss,
    learningRate,
    gradientNorm,
    tokens: batch.tokens,
    targets: batch.targets,
    ids: batch.ids,
    seconds,
    tokensPerSecond: batch.tokens / seconds,
    state: { step: state.step + 1, seed: options.seed, parameters: result.parameters, optimiser: result.optimiser },
  };
}

function checkFinite({ loss, gradientNorm }: { loss: number; gradientNorm: number }, step: number, { ids }: Batch): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new TrainingError(
    `train: expected a finite loss and gradient at step ${step}, got loss ${loss}, gradient norm ${gradientNorm}, on examples ${ids.join(', ')}. ` +
      'Lower the learning rate, or look at these examples.',
    { details: { step, ids, loss, gradientNorm } },
  );
}

function startOf({ resume, seed, tuning }: TrainOptions, optimiser: ReturnType<typeof adamw>): TrainingState {
  if (!resume) return { step: 0, seed, parameters: tuning.parameters, optimiser: optimiser.init(tuning.parameters) };
  if (resume.seed !== seed) throw new ConfigError(`train: expected the checkpoint's seed ${resume.seed}, got ${seed}. Go on with the same seed.`);
  const shapes = mapTensors(tuning.parameters, ({ shape }) => shape);
  checkParameterShapes(resume.parameters, shapes, 'train: the checkpoint to go on from');
  // A file's order is not the method's, and sums over all parameters depend on the order in their last bits.
  const inOrder = (tensors: HostTensors) => mapTensors(tuning.parameters, (_, name) => tensors[name]!);
  const { mean, variance, ...debias } = resume.optimiser;
  return { ...resume, parameters: inOrder(resume.parameters), optimiser: { ...debias, mean: inOrder(mean), variance: inOrder(variance) } };
}

/** The batches still to train on: epoch after epoch, each in an order of its own, without those already done. */
function* remainingBatches({ batches, seed }: TrainOptions, done: number, steps: number): Generator<{ batch: Batch; epoch: number }> {
  const perEpoch = batches.batchesPerEpoch;
  for (let epoch = Math.floor(done / perEpoch); epoch * perEpoch < steps; epoch++) {
    let index = epoch * perEpoch;
    for (const batch of batches.epoch(createRng(seed).fork(`epoch-${epoch}`))) {
      if (index >= steps) return;
      if (index++ >= done) yield { batch, epoch };
    }
  }
}
