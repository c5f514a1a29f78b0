import { PrefixTuningError } from '@prefix-tuning/base';

/** A kernel that has no rule yet was reached while tracing. */
export class UnsupportedKernelError extends PrefixTuningError {
  readonly code = 'UNSUPPORTED_KERNEL';
}

/** A traced function asked for the values of a tensor that has none until the program runs. */
export class HostReadError extends PrefixTuningError {
  readonly code = 'HOST_READ';
}

/** A traced function drew random numbers, which would be frozen into the program. */
export class HostRandomnessError extends PrefixTuningError {
  readonly code = 'HOST_RANDOMNESS';
}

/** The caller's own line: the first frame outside TensorFlow.js and this package. */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const frames = (new Error().stack ?? '').split('\n').slice(2);
  Error.stackTraceLimit = limit;
  const own = frames.find((frame) => !/tfjs-|tf-core|\/jit\/(src|dist)\/(?!.*\.test\.)|node:internal/.test(frame));
  return own?.trim().replace(/^at /, '') ?? 'an unknown place';
}
