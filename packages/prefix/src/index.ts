export { createPrefix, type PrefixInitialisation } from './create.js';
export { PrefixFileError } from './errors.js';
export { expandPrefix, prefixRows, splitRows, type LayerPast, type ParameterTensors, type Past } from './expand.js';
export { foldedPast, foldPrefix, type FoldedPrefix } from './fold.js';
export { loadPrefix, savePrefix, type FolderSource, type LoadedPrefix } from './peft/folder.js';
export {
  checkParameterShapes,
  checkPrefixParameters,
  positionSize,
  prefixParameterShapes,
  prefixSize,
  type DirectSpec,
  type PrefixShape,
  type PrefixSize,
  type PrefixSpec,
  type ReparametrisedSpec,
} from './spec.js';
export { toTensors } from './tensors.js';
export { sizeOf, type ParameterValues, type Values } from './values.js';
