import { customGrad, gather, reshape, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../values.js';
import { segmentSum } from './segment-sum.js';

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
    const [table, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    save([flat]);
    return { value: gather(table, flat), gradFunc: (dy, saved) => segmentSum(dy as Tensor, saved[0] as Tensor1D, V) };
  });
  return reshape(op(table), [...ids.shape, C]);
}
