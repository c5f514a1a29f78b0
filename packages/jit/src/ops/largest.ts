import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { ReductionAttrs } from '../rules/reductions.js';

/**
 * The largest number of each row, for rows that show a NaN in another way: a program may lose one here, and reads the rows
 * once where `max` reads them twice.
 *
 * @param x  float32 [..., n]
 * @param keepDims  whether the result is [..., 1] rather than [...]
 */
export function largest(x: Tensor, keepDims = false): Tensor {
  const attributes = { reductionIndices: x.rank - 1, keepDims, mayLoseNaN: true } satisfies ReductionAttrs;
  return engine().runKernel('Max', { x }, attributes);
}
