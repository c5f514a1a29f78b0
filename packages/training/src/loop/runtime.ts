import { findRuntime, onnxRuntime, type Runtime } from '@prefix-tuning/jit';

/**
 * Where training runs unless told otherwise: what `findRuntime` finds, but ONNX Runtime without a memory pattern.
 *
 * The pattern, in which it lays out intermediate results ahead, stays beside the memory of a first run: up to twice as much in each
 * of a run's programs. A prefix step was no slower without it, a fine-tuning step some 15% (docs/results/train.md).
 */
export async function trainingRuntime(): Promise<Runtime> {
  const found = await findRuntime();
  return found.name === 'onnx' ? onnxRuntime({ session: { enableMemPattern: false } }) : found;
}
