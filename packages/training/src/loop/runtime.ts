import { checkFields } from '@prefix-tuning/base';
import { findRuntime, onnxRuntime, type Runtime } from '@prefix-tuning/jit';

/**
 * Where training runs unless told otherwise: what `findRuntime` finds, but ONNX Runtime without a memory pattern.
 *
 * The pattern, in which it lays out intermediate results ahead, stays beside the memory of a first run: up to twice as much in each
 * of a run's programs. A prefix step was no slower without it, a fine-tuning step some 15% (docs/results/train.md).
 *
 * @param options.threads  of ONNX Runtime; as many as the machine has cores unless given
 * @throws ConfigError  for an option that does not exist
 */
export async function trainingRuntime(options: { readonly threads?: number } = {}): Promise<Runtime> {
  checkFields('trainingRuntime', options, ['threads']);
  const { threads } = options;
  const found = await findRuntime();
  const share = threads === undefined ? {} : { intraOpNumThreads: threads };
  return found.name === 'onnx' ? onnxRuntime({ session: { enableMemPattern: false, ...share } }) : found;
}
