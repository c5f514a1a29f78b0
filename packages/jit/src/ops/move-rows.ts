import { customGrad, gather, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

/**
 * Rows of x in other places: y[i] = x[from[i]].
 *
 * The gradient is read the other way, dx[j] = dy[to[j]], which is a gather too and no sum. That is right if every row that has a
 * gradient stands in one place: of rows that stand in several, or in none, only those that have no gradient.
 *
 * @param x  float32 [N, C]
 * @param from  int32 [M], each in [0, N)
 * @param to  int32 [N], each in [0, M): where a row went
 * @returns float32 [M, C]
 */
export function moveRows(x: Tensor, from: Tensor, to: Tensor): Tensor {
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    save([to]);
    return { value: gather(x, from as Tensor1D), gradFunc: (dy, saved) => gather(dy as Tensor, saved[0] as Tensor1D) };
  });
  return op(x);
}
