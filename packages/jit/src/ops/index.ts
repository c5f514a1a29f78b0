export { attention, type AttentionOptions } from './attention.js';
export { broadcast } from './broadcast.js';
export { checkpoint } from './checkpoint.js';
export { crossEntropy, type CrossEntropyOptions } from './cross-entropy.js';
export { embedding } from './embedding.js';
export { gelu, type GeluKind } from './gelu.js';
export { largest } from './largest.js';
export { layerNorm } from './layer-norm.js';
export { moveRows } from './move-rows.js';
