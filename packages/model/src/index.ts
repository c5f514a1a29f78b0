export type { Encoder, Family, ForwardInput, ForwardOutput, Hooks, ModelConfig, Parameters, Past, Source } from './families/family.js';
export { families, familyOf, type FamilyName } from './families/index.js';
export { folderFiles, memoryFiles, type ModelFiles } from './load/files.js';
export type { GenerationConfig } from './load/generation-config.js';
export { disposeModel, loadModel, loadTokenizer, type LoadOptions, type Model } from './model.js';
export { createTokenizer, type Tokenizer } from './tokenizer/tokenizer.js';
export { createGenerator, generate, type Generator } from './generate/generator.js';
export { filterScores, type SamplingOptions } from './generate/sampling.js';
export type { Generated, GenerateOptions, SearchOptions } from './generate/settings.js';
