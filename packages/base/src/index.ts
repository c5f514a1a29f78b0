export { ConfigError, FileError, PrefixTuningError, ShapeError, type ErrorDetails } from './errors.js';
export type { OnProgress, Progress } from './progress.js';
export { createRng, restoreRng, type Rng, type RngState } from './rng.js';
