import { customGrad, gather, reshape, unsortedSegmentSum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../values.js';

/**
 * Looks up rows of a table.
 *
 * @param table  float32 [V, C]
 * @param ids  int32 [...], each in [0, V)
 * @returns float32 [..., C]
 */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  const [V, C] = table.shape as [number, number];
  const flat = reshape(ids, [sizeOf(ids.shape)]) as Tensor1D;
  const op = customGrad((...args) => {
    const [table] = args as unknown as [Tensor];
    return { value: gather(table, flat), gradFunc: (dy) => unsortedSegmentSum(dy as Tensor, flat, V) };
  });
  return reshape(op(table), [...ids.shape, C]);
}
