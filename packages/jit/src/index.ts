export * from './ops/index.js';
export { jit, type CompileEvent, type JitFunction, type JitOptions } from './jit.js';
export type { FlatFunction, PrepareOptions, Program, Runtime } from './runtime.js';
export { eager } from './runtimes/eager.js';
export { onnxRuntime } from './runtimes/onnx.js';
export { flatten, TreeError, unflatten, type Flat, type Hosted, type TensorTree, type TreeShape } from './tree.js';
export { hostTensor, sizeOf, toHost, toTensor, type DType, type HostData, type HostTensor, type TensorSpec } from './values.js';
