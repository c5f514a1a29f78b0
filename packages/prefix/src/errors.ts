import { PrefixTuningError } from '@prefix-tuning/base';

/** A prefix folder is missing a file, or holds one that is not what it should be; `details.file` names it. */
export class PrefixFileError extends PrefixTuningError {
  readonly code = 'PREFIX_FILE';
}
