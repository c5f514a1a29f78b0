import { ConfigError, type Rng } from '@prefix-tuning/base';
import { hostTensor, sizeOf, type HostTensor } from '@prefix-tuning/jit';

/** @throws ConfigError  if a dropout rate is not in [0, 1) */
export function checkDropout(rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new ConfigError(`dropout: expected a share of at least 0 and below 1, got ${rate}.`);
}

/** A mask of inverted dropout: 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: readonly number[], rate: number, rng: Rng): HostTensor {
  const kept = 1 / (1 - rate);
  return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => (rng.uniform() < rate ? 0 : kept)), shape);
}
