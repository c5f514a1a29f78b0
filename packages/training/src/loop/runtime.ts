import { checkFields } from '@prefix-tuning/base';
import { findRuntime, onnxRuntime, type Runtime, type WeightLayout } from '@prefix-tuning/jit';

/**
 * Where training runs unless told otherwise: what `findRuntime` finds, but ONNX Runtime without a memory pattern.
 *
 * The pattern, in which it lays out intermediate results ahead, stays beside the memory of a first run: up to twice as much in each
 * of a run's programs. A prefix step was no slower without it, a fine-tuning step some 15% (docs/results/train.md).
 *
 * @param options.threads  of ONNX Runtime; as many as the machine has cores unless given
 * @param options.weights  of ONNX Runtime, which then runs whatever else is found; `int8` makes steps on a frozen model 1.6 to 2 times as fast
 * @throws ConfigError  for an option that does not exist
 */
export async function trainingRuntime(options: { readonly threads?: number; readonly weights?: WeightLayout } = {}): Promise<Runtime> {
  checkFields('trainingRuntime', options, ['threads', 'weights']);
  const { threads, weights } = options;
  const found = weights === undefined ? await findRuntime() : undefined;
  if (found && found.name !== 'onnx') return found;
  const share = threads === undefined ? {} : { intraOpNumThreads: threads };
  return onnxRuntime({ ...(weights === undefined ? {} : { weights }), session: { enableMemPattern: false, ...share } });
}
