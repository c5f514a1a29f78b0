import type { HostTensors } from '../tensors.js';

/** The Euclidean norm of all gradients taken as one vector. */
export function globalNorm(gradients: HostTensors): number {
  let sum = 0;
  for (const { data } of Object.values(gradients)) for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return Math.sqrt(sum);
}

/**
 * The factor that brings gradients of this norm down to at most `maxNorm`.
 *
 * min(1, maxNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_
 */
export const clipFactor = (norm: number, maxNorm: number): number => Math.min(1, maxNorm / (norm + 1e-6));
