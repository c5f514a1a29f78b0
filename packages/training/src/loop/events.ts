import type { Hosted } from '@prefix-tuning/jit';
import type { AdamWState } from '../optimiser/adamw.js';
import type { HostTensors } from '../tensors.js';

/** All that a run needs to go on: the same run, interrupted and continued, ends with the same bytes. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  readonly seed: number;
  readonly parameters: HostTensors;
  readonly optimiser: Hosted<AdamWState>;
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
  readonly state: TrainingState;
}

export type TrainingEvent = StepEvent | ValidationEvent | CompiledEvent | EndEvent;
