import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { BatchSource } from '../batches/source.js';
import type { Tuning } from '../methods/method.js';
import { TrainingError } from '../errors.js';
import type { TrainableModel } from '../model.js';
import { checkPart } from '../parts.js';
import { mapTensors, type HostTensors } from '../tensors.js';
import { evaluator } from './evaluate.js';
import type { TrainingState, ValidationEvent } from './events.js';

/** Looks at held-out data while training. */
export interface Validation {
  /** Held-out data; the loss per target on it is looked at. */
  readonly batches: BatchSource;
  /** Steps from one look to the next; there is one after the last step, too. */
  readonly everySteps: number;
  /** Looks in a row without a better one after which training stops; it never does unless given. */
  readonly patience?: number;
  /** Parameters to end with: those of the `best` look, or of the `last` step unless given. */
  readonly select?: 'best' | 'last';
  /** A metric that is looked at in place of the loss, such as BLEU of what is generated. */
  readonly score?: (parameters: HostTensors) => number | Promise<number>;
  /** Whether a `higher` or a `lower` score is better; higher unless given. */
  readonly better?: 'higher' | 'lower';
}

const fields: FieldsOf<Validation> = { batches: true, everySteps: true, patience: true, select: true, score: true, better: true };

/** @throws ConfigError  if a field is unknown or out of range */
export function checkValidation(validation: Validation): void {
  checkFields('validation', validation, Object.keys(fields));
  const { batches, everySteps, patience = 1, select = 'last', score, better = 'higher' } = validation;
  checkPart('validation: batches', batches?.epoch, 'sequenceBatches');
  if (score !== undefined && typeof score !== 'function') {
    throw new ConfigError(`validation: expected score to be a function of the parameters, got ${String(score)}. Correct the setting.`, { details: { field: 'score' } });
  }
  const wrong = [
    ...(Number.isInteger(everySteps) && everySteps >= 1 ? [] : [`everySteps ${everySteps}`]),
    ...(Number.isInteger(patience) && patience >= 1 ? [] : [`patience ${patience}`]),
    ...(select === 'best' || select === 'last' ? [] : [`select ${String(select)}`]),
    ...(better === 'higher' || better === 'lower' ? [] : [`better ${String(better)}`]),
  ];
  if (wrong.length === 0) return;
  throw new ConfigError(`validation: expected whole numbers of at least 1, select best or last, better higher or lower, got ${wrong.join(', ')}. Correct the setting.`, {
    details: { wrong },
  });
}

/** Looks when one is due. */
export interface Looker {
  /**
   * The next look, or undefined if none is due after this state's step.
   *
   * @throws TrainingError  if what is looked at is not finite: nothing could be better or worse than it
   */
  look(state: TrainingState, steps: number): Promise<ValidationEvent | undefined>;
  dispose(): Promise<void>;
}

export function looker(model: TrainableModel, tuning: Tuning, { validation, steps, runtime }: { validation: Validation; steps: number; runtime: Runtime }): Looker {
  const { batches, everySteps, score } = validation;
  const evaluate = evaluator(model, tuning, { batches, passes: Math.ceil(steps / everySteps), runtime });
  return {
    async look(state, steps) {
      const { step, watch } = state;
      if (step === 0 || watch.looked >= step || (step % everySteps !== 0 && step < steps)) return undefined;
      const { loss, perplexity } = await evaluate(state.parameters);
      const value = score ? await score(state.parameters) : loss;
      if (!Number.isFinite(value)) throw notFinite(step, score ? 'score' : 'loss', value);
      const next = afterLook(state, value, validation);
      const best = next.watch.waited === 0;
      return { type: 'validation', step, loss, perplexity, ...(score ? { score: value } : {}), best, state: next };
    },
    dispose: () => evaluate.dispose(),
  };
}

function notFinite(step: number, what: 'score' | 'loss', value: number): TrainingError {
  const cure = what === 'score' ? 'Correct the score' : 'Look at the validation data, or try a smaller learningRate in another folder';
  return new TrainingError(`validation: step ${step}: expected a finite ${what}, got ${value}. ${cure}.`, { details: { step, [what]: value } });
}

/** The state after a look that gave a value. */
function afterLook(state: TrainingState, value: number, { select, score, better = 'higher' }: Validation): TrainingState {
  const { step, watch } = state;
  const improves = !watch.best || (score && better === 'higher' ? value > watch.best.value : value < watch.best.value);
  if (!improves) return { ...state, watch: { ...watch, looked: step, waited: watch.waited + 1 } };
  const best = select === 'best' ? { best: mapTensors(state.parameters, (tensor) => ({ ...tensor, data: tensor.data.slice() })) } : {};
  return { ...state, ...best, watch: { ...watch, looked: step, waited: 0, best: { step, value } } };
}
