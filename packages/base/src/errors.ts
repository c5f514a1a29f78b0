/** Facts about what went wrong, for programs: the file, the field, expected and got. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one ancestor of every error this toolkit throws on purpose.
 *
 * The message reads `where: expected X, got Y. What to do.`; `code` and `details` say the same to a program.
 * Each package derives a subclass per cause, so that callers can tell causes apart with `instanceof`.
 */
export abstract class PrefixTuningError extends Error {
  /** Stable, upper-case name of the cause, such as `SHAPE` or `WEIGHTS`. */
  abstract readonly code: string;
  readonly details: ErrorDetails;

  constructor(message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details ?? {};
  }
}

/** A tensor, array or nesting has another shape than the function needs. */
export class ShapeError extends PrefixTuningError {
  readonly code = 'SHAPE';
}

/** A setting or configuration file is missing a field, has an unknown one, or a value out of range. */
export class ConfigError extends PrefixTuningError {
  readonly code = 'CONFIG';
}

/** A file or folder cannot be read or written: missing, not permitted, disk full, not the expected kind. */
export class FileError extends PrefixTuningError {
  readonly code = 'FILE';
}
