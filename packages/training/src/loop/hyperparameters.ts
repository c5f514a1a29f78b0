import { checkFields, ConfigError } from '@prefix-tuning/base';
import { adamwLimits } from '../optimiser/adamw.js';

/** How to train; the defaults are the paper's where it names one value for all tasks. */
export interface Hyperparameters {
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Passes over the data; either these or `steps`. */
  readonly epochs?: number;
  /** Updates of the parameters; either these or `epochs`. */
  readonly steps?: number;
  /** Steps over which the rate rises from 0: none in the paper's full runs, 100 of 400 in its low-data runs. */
  readonly warmupSteps?: number;
  /** After the warm-up, `linear` falls to 0 at the last step; `constant` stays. */
  readonly schedule?: 'linear' | 'constant';
  /** Share of the learning rate by which a step shrinks every parameter. */
  readonly weightDecay?: number;
  /** Global norm that gradients are clipped to; Infinity leaves them. */
  readonly clipNorm?: number;
  /** AdamW's decay of the gradient's running mean. */
  readonly beta1?: number;
  /** AdamW's decay of the squared gradient's running mean. */
  readonly beta2?: number;
  /** What AdamW adds to the root it divides by. */
  readonly epsilon?: number;
  /** Share of each target's weight that is spread over the vocabulary: 0.1 in BART's recipe. Evaluation never smooths. */
  readonly labelSmoothing?: number;
  /** The model's own dropout in methods that train its weights: as its `config` says, or `none`. */
  readonly dropout?: 'config' | 'none';
  /** Whether layers keep only their input and are computed again in the backward pass: less memory, more time. */
  readonly recompute?: boolean;
  /** Batches whose gradients are added up for one step, with the loss of one large batch. */
  readonly accumulate?: number;
  /** Training stops when the loss per target stands this many times, and half a nat, above its running level for five steps; Infinity never stops. */
  readonly explosion?: number;
}

export const hyperparameterDefaults = {
  warmupSteps: 0,
  schedule: 'linear',
  weightDecay: 0,
  clipNorm: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  labelSmoothing: 0,
  dropout: 'config',
  recompute: false,
  accumulate: 1,
  explosion: 4,
} as const satisfies Partial<Hyperparameters>;

export type CompleteHyperparameters = Required<Omit<Hyperparameters, 'epochs'>>;

/**
 * Checks hyperparameters, and fills in defaults and the number of steps.
 *
 * @throws ConfigError  if one is unknown, missing, or out of range
 */
export function completeHyperparameters(given: Hyperparameters, batchesPerEpoch: number): CompleteHyperparameters {
  checkFields('hyperparameters', given, ['learningRate', 'epochs', 'steps', ...Object.keys(hyperparameterDefaults)]);
  if (given.steps !== undefined && given.epochs !== undefined) throw wrong('expected epochs or steps, got both', { steps: given.steps, epochs: given.epochs });
  if (given.steps === undefined && given.epochs === undefined) throw wrong('expected epochs or steps, got neither', {});
  const { epochs, steps, ...rest } = given;
  if (epochs !== undefined && !(typeof epochs === 'number' && epochs >= 0 && Number.isFinite(epochs))) throw wrong(`epochs: got ${String(epochs)}, which is out of range`, { epochs });
  const complete = { ...hyperparameterDefaults, ...rest, steps: 0 };
  complete.steps = steps ?? stepsOf(epochs!, Math.ceil(batchesPerEpoch / complete.accumulate));
  for (const [name, value] of Object.entries(complete)) checkRange(name, value);
  return complete;
}

/** A small part of a pass is a step, not none. */
const stepsOf = (epochs: number, perEpoch: number): number => Math.max(epochs > 0 ? 1 : 0, Math.round(epochs * perEpoch));

const whole = (least: number) => (value: number) => Number.isInteger(value) && value >= least;

const choices: Readonly<Record<string, readonly unknown[]>> = { schedule: ['linear', 'constant'], dropout: ['config', 'none'], recompute: [true, false] };

const limits: { readonly [Name in Exclude<keyof CompleteHyperparameters, 'schedule' | 'dropout' | 'recompute'>]: (value: number) => boolean } = {
  learningRate: (value) => value > 0 && Number.isFinite(value),
  steps: whole(0),
  warmupSteps: whole(0),
  clipNorm: (value) => value > 0,
  labelSmoothing: (value) => value >= 0 && value < 1,
  accumulate: whole(1),
  explosion: (value) => value > 1,
  ...adamwLimits,
};

function checkRange(name: string, value: unknown): void {
  const good = choices[name] ? choices[name].includes(value) : typeof value === 'number' && limits[name as keyof typeof limits](value);
  if (!good) throw wrong(`${name}: got ${String(value)}, which is missing or out of range`, { name, value });
}

const wrong = (message: string, details: Record<string, unknown>) =>
  new ConfigError(`hyperparameters: ${message}. Correct the setting.`, { details });
