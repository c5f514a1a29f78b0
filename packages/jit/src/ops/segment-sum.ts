import { expandDims, getBackend, getKernel, scatterND, unsortedSegmentSum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

/**
 * Sums rows that have the same id. The wasm backend lacks the kernel for it, but scatters with the same result.
 *
 * @param rows  float32 [N, C]
 * @param ids  int32 [N], each in [0, count)
 * @returns float32 [count, C]
 */
export function segmentSum(rows: Tensor, ids: Tensor1D, count: number): Tensor {
  if (getKernel('UnsortedSegmentSum', getBackend())) return unsortedSegmentSum(rows, ids, count);
  return scatterND(expandDims(ids, -1), rows, [count, ...rows.shape.slice(1)]);
}
