import { add, addN, div, minimum, mul, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { mapTensors, type Tensors } from '../tensors.js';

/** The Euclidean norm of all gradients taken as one vector. */
export function globalNorm(gradients: Tensors): Tensor {
  return sqrt(addN(Object.values(gradients).map((gradient) => sum(square(gradient)))));
}

/**
 * Scales all gradients by one factor, so that their global norm is at most `maxNorm`.
 *
 * factor = min(1, maxNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_
 */
export function clipByGlobalNorm(gradients: Tensors, maxNorm: number): { gradients: Tensors; norm: Tensor } {
  const norm = globalNorm(gradients);
  const factor = minimum(1, div(maxNorm, add(norm, 1e-6)));
  return { gradients: mapTensors(gradients, (gradient) => mul(gradient, factor)), norm };
}
