import type { Rng } from '@prefix-tuning/base';
import { hostTensor, sizeOf } from '@prefix-tuning/jit';
import type { ModelConfig } from '@prefix-tuning/model';
import { mapTensors, type HostTensors } from './tensors.js';

/**
 * Fresh weights for a GPT-2: normal with deviation 0.02; projections into the residual stream scaled by
 * 1 / sqrt(2 L); biases 0; layer norms 1.
 *
 * @see Radford et al. 2019, section 2.3; transformers' GPT2PreTrainedModel._init_weights
 */
export function initialiseGpt2<C extends ModelConfig>(
  { family, config }: { family: { parameterShapes(config: C): Readonly<Record<string, readonly number[]>> }; config: C },
  rng: Rng,
): HostTensors {
  const residual = 0.02 / Math.sqrt(2 * config.layers);
  return mapTensors(family.parameterShapes(config), (shape, name) => {
    if (/ln_[12f]\.weight$/.test(name)) return hostTensor(new Float32Array(sizeOf(shape)).fill(1), shape);
    if (name.endsWith('.bias')) return hostTensor(undefined, shape);
    const deviation = name.endsWith('c_proj.weight') ? residual : 0.02;
    const { normal } = rng.fork(name);
    return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => deviation * normal()), shape);
  });
}

