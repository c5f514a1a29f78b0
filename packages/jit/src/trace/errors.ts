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

/** A traced function assigned to a variable: the program could not, and the variable would lose its numbers. */
export class VariableAssignError extends PrefixTuningError {
  readonly code = 'VARIABLE_ASSIGN';
}

/** Frames of TensorFlow.js, of this package, of Node.js and of the language itself. */
const FOREIGN = /@tensorflow[\\/+]tfjs-|(@prefix-tuning|packages)[\\/]jit[\\/](src|dist)[\\/](?!.*\.test\.)|node:internal|\(<anonymous>\)/;

/** The caller's own line: the first frame outside TensorFlow.js and this package. */
export function callSite(stack = stackHere()): string {
  const own = stack.split('\n').slice(2).find((frame) => !FOREIGN.test(frame));
  return own?.trim().replace(/^at /, '') ?? 'an unknown place';
}

function stackHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return stack;
}
