import type { Runtime } from '../runtime.js';
import { eager } from './eager.js';

/** ONNX Runtime on the CPU. (Until the tracer lands in the next commit this runs eagerly.) */
export function onnxRuntime(): Runtime {
  return eager('cpu');
}
