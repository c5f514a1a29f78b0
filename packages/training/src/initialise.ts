import { checkFields, type Rng } from '@prefix-tuning/base';
import { hostTensor, sizeOf } from '@prefix-tuning/jit';
import type { ModelConfig, ParameterNames } from '@prefix-tuning/model';
import { mapTensors, type HostTensors } from './tensors.js';

/**
 * Fresh weights for a model of any family: matrices normal, biases 0, norms without a say. GPT-2's projections into the
 * residual stream are scaled by 1 / sqrt(2 L).
 *
 * @param options.deviation  standard deviation of the matrices: 0.02 unless given, as published for widths of about 1,000;
 *   a narrow model learns faster from 1 / sqrt(C)
 * @throws ConfigError  for an option that does not exist
 * @see Radford et al. 2019, section 2.3; transformers' `_init_weights` of GPT-2, BART and Llama
 */
export function initialise<C extends ModelConfig>(
  { family, config }: { family: { parameterShapes(config: C): Readonly<Record<string, readonly number[]>>; readonly names?: Pick<ParameterNames, 'unitNorm'> }; config: C },
  rng: Rng,
  options: { readonly deviation?: number } = {},
): HostTensors {
  checkFields('initialise', options, ['deviation']);
  const { deviation = 0.02 } = options;
  const unit = family.names?.unitNorm ?? 1;
  const residual = deviation / Math.sqrt(2 * config.layers);
  return mapTensors(family.parameterShapes(config), (shape, name) => {
    if (shape.length === 1) return hostTensor(new Float32Array(sizeOf(shape)).fill(name.endsWith('.bias') ? 0 : unit), shape);
    const scale = name.endsWith('c_proj.weight') ? residual : deviation;
    const { normal } = rng.fork(name);
    const data = new Float32Array(sizeOf(shape));
    // Several times as fast as Float32Array.from on these many.
    for (let i = 0; i < data.length; i++) data[i] = scale * normal();
    return hostTensor(data, shape);
  });
}
