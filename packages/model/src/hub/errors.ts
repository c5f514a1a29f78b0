import { PrefixTuningError } from '@prefix-tuning/base';

/** The hub has no such model, refuses it, cannot be reached, or sent something else than it announced. */
export class HubError extends PrefixTuningError {
  readonly code = 'HUB';
}
