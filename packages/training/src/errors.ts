import { PrefixTuningError } from '@prefix-tuning/base';

/** Training cannot go on: `details` hold the step and the ids of its examples. */
export class TrainingError extends PrefixTuningError {
  readonly code = 'TRAINING';
}
