import { ConfigError } from '@prefix-tuning/base';

/** How to train; the defaults are the paper's where it names one value for all tasks. */
export interface Hyperparameters {
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Passes over the data; either these or `steps`. */
  readonly epochs?: number;
  readonly steps?: number;
  /** 0 in the paper's full runs, 100 of 400 in its low-data runs. */
  readonly warmupSteps?: number;
  /** `linear` falls to 0 at the last step. */
  readonly schedule?: 'linear' | 'constant';
  readonly weightDecay?: number;
  /** Global norm that gradients are clipped to; Infinity to leave them. */
  readonly clipNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export const hyperparameterDefaults = {
  warmupSteps: 0,
  schedule: 'linear',
  weightDecay: 0,
  clipNorm: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
} as const satisfies Partial<Hyperparameters>;

export type CompleteHyperparameters = Required<Omit<Hyperparameters, 'epochs'>>;

/**
 * Checks hyperparameters, and fills in defaults and the number of steps.
 *
 * @throws ConfigError  if one is unknown, missing, or out of range
 */
export function completeHyperparameters(given: Hyperparameters, batchesPerEpoch: number): CompleteHyperparameters {
  const known = ['learningRate', 'epochs', 'steps', ...Object.keys(hyperparameterDefaults)];
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw wrong(`expected ${known.join(', ')}, got ${unknown.join(', ')}`, { unknown });
  const { epochs, steps = (epochs ?? NaN) * batchesPerEpoch, ...rest } = given;
  if (given.steps !== undefined && epochs !== undefined) throw wrong('expected epochs or steps, got both', { steps, epochs });
  const complete = { ...hyperparameterDefaults, ...rest, steps: Math.round(steps) };
  for (const [name, value] of Object.entries(complete)) checkRange(name, value);
  return complete;
}

const limits: Record<string, (value: number) => boolean> = {
  learningRate: (value) => value > 0 && Number.isFinite(value),
  steps: (value) => Number.isInteger(value) && value >= 0,
  warmupSteps: (value) => Number.isInteger(value) && value >= 0,
  weightDecay: (value) => value >= 0,
  clipNorm: (value) => value > 0,
  beta1: (value) => value >= 0 && value < 1,
  beta2: (value) => value >= 0 && value < 1,
  epsilon: (value) => value > 0,
};

function checkRange(name: string, value: unknown): void {
  const good = name === 'schedule' ? value === 'linear' || value === 'constant' : typeof value === 'number' && limits[name]!(value);
  if (!good) throw wrong(`${name}: got ${String(value)}, which is missing or out of range`, { name, value });
}

const wrong = (message: string, details: Record<string, unknown>) =>
  new ConfigError(`hyperparameters: ${message}. Correct the setting.`, { details });
