export { ConfigError, FileError, PrefixTuningError, ShapeError, type ErrorDetails } from './errors.js';
export { checkFields, type FieldsOf } from './fields.js';
export { fileSystem, makeFolder, moveFile, nodeModule } from './node.js';
export type { OnProgress, Progress } from './progress.js';
export { createRng, restoreRng, type Rng, type RngState } from './rng.js';
