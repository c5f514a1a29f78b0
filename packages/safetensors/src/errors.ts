import { PrefixTuningError } from '@prefix-tuning/base';

/** A weight file is damaged, hostile, or does not hold what was asked of it; `details.file` names it. */
export class WeightsError extends PrefixTuningError {
  readonly code = 'WEIGHTS';
}
