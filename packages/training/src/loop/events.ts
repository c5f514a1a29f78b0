import type { AdamWState } from '../optimiser/adamw.js';
import type { HostTensors } from '../tensors.js';

/** What a run remembers beside its parameters: plain data. */
export interface Watch {
  /** The best look at the validation data so far. */
  readonly best?: { readonly step: number; readonly value: number };
  /** Step of the last look; 0 before the first. */
  readonly looked: number;
  /** Looks since the best one. */
  readonly waited: number;
  /** Running mean of the loss per target; absent before the first step. */
  readonly level?: number;
  /** Steps in a row whose loss stood far above it. */
  readonly above: number;
}

/**
 * All that a run needs to go on: the same run, interrupted and continued, ends with the same bytes.
 *
 * The arrays are the run's own and change with its next step: write them, or copy what is to be kept.
 */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  readonly seed: number;
  readonly parameters: HostTensors;
  readonly optimiser: AdamWState;
  readonly watch: Watch;
  /** Parameters at the best look, where the best are to be kept. */
  readonly best?: HostTensors;
}

/** One training step, after it was done. Everything but the times depends on the seed alone. */
export interface StepEvent {
  readonly type: 'step';
  /** Steps done, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Pass over the data, from 1. */
  readonly epoch: number;
  /** The objective, before this step's update. */
  readonly loss: number;
  /** Mean -log p of a target, whatever the objective; smoothed as `labelSmoothing` says. */
  readonly lossPerTarget: number;
  readonly learningRate: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** Tokens read, without padding. */
  readonly tokens: number;
  /** Tokens predicted, without padding. */
  readonly targets: number;
  readonly ids: readonly string[];
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly state: TrainingState;
}

/** A look at the validation data. */
export interface ValidationEvent {
  readonly type: 'validation';
  readonly step: number;
  /** Mean -log p of a target token. */
  readonly loss: number;
  readonly perplexity: number;
  /** The metric, if one was given. */
  readonly score?: number;
  /** Whether this look is the best so far. */
  readonly best: boolean;
  readonly state: TrainingState;
}

/** A program was compiled for batches of a new shape. */
export interface CompiledEvent {
  readonly type: 'compile';
  readonly signature: string;
  readonly seconds: number;
}

/** The last event of a run that was not interrupted. */
export interface EndEvent {
  readonly type: 'end';
  /** Why it ended: every step was done, or validation stopped getting better. */
  readonly reason: 'steps' | 'patience';
  /** What was asked for: the parameters of the last step or of the best look. */
  readonly parameters: HostTensors;
  readonly state: TrainingState;
}

export type TrainingEvent = StepEvent | ValidationEvent | CompiledEvent | EndEvent;
