import { customGrad, expandDims, gather, log, matMul, max, mul, softmax, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { segmentSum } from './segment-sum.js';

/**
 * Weighted cross-entropy of the next token, from hidden states, without ever forming its gradient by logits:
 *
 *   loss = sum_n w_n (-log p_n[target_n]),  p = softmax(X W^T)
 *   dX = w (p W - W[target]),  dW = p^T (w X) - scatter(w X at target)
 *
 * @param hidden  X, float32 [N, C]
 * @param outputWeights  W, float32 [V, C]
 * @param targets  int32 [N]
 * @param weights  w, float32 [N]; 0 leaves a row out
 * @returns float32 scalar
 */
export function crossEntropy(hidden: Tensor, outputWeights: Tensor, targets: Tensor, weights: Tensor): Scalar {
  const V = outputWeights.shape[0]!;
  const ids = targets as Tensor1D;
  const op = customGrad((...args) => {
    const [x, w, save] = args as unknown as [Tensor, Tensor, (saved: Tensor[]) => void];
    const logits = matMul(x as never, w as never, false, true) as Tensor;
    const p = softmax(logits);
    const targetRows = gather(w, ids);
    // log sum exp(logits) from the largest logit and its probability: a target's own probability may underflow.
    const logTotal = sub(max(logits, -1), log(max(p, -1)));
    const targetLogits = sum(mul(x, targetRows), -1);
    // What the backward pass needs is saved: a tensor made inside the loss is gone by then when it runs eagerly.
    save([x, w, p, targetRows, ids, weights]);
    return {
      value: sum(mul(weights, sub(logTotal, targetLogits))) as Scalar,
      gradFunc: (dy, saved) => {
        const [x, w, p, targetRows, ids, weights] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor1D, Tensor];
        const rowWeights = expandDims(mul(weights, dy as Tensor), -1);
        const weighted = mul(rowWeights, x);
        const dx = mul(rowWeights, sub(matMul(p, w), targetRows));
        const dw = sub(matMul(p, weighted, true, false), segmentSum(weighted, ids, V));
        return [dx, dw];
      },
    };
  });
  return op(hidden, outputWeights) as Scalar;
}
