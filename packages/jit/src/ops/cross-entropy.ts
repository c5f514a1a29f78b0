import { add, customGrad, expandDims, gather, log, matMul, max, mean, mul, softmax, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { segmentSum } from './segment-sum.js';

export interface CrossEntropyOptions {
  /** e: each target becomes 1 - e of itself and e / V of every token. 0, no smoothing, unless given. */
  readonly labelSmoothing?: number;
}

/**
 * Weighted cross-entropy of the next token, from hidden states, without ever forming its gradient by logits:
 *
 *   loss = sum_n w_n (-sum_v q_n[v] log p_n[v]),  p = softmax(X W^T),  q = (1 - e) [v = target_n] + e / V
 *   R = q W = (1 - e) W[target] + e mean(W)
 *   dX = w (p W - R),  dW = p^T (w X) - (1 - e) scatter(w X at target) - e / V sum_n(w X)
 *
 * @param hidden  X, float32 [N, C]
 * @param outputWeights  W, float32 [V, C]
 * @param targets  int32 [N]
 * @param weights  w, float32 [N]; 0 leaves a row out
 * @returns float32 scalar
 * @see Szegedy et al. 2016, section 7 (label smoothing); PyTorch's CrossEntropyLoss
 */
export function crossEntropy(hidden: Tensor, outputWeights: Tensor, targets: Tensor, weights: Tensor, { labelSmoothing: e = 0 }: CrossEntropyOptions = {}): Scalar {
  const V = outputWeights.shape[0]!;
  const ids = targets as Tensor1D;
  const op = customGrad((...args) => {
    const [x, w, save] = args as unknown as [Tensor, Tensor, (saved: Tensor[]) => void];
    const logits = matMul(x as never, w as never, false, true) as Tensor;
    const p = softmax(logits);
    const targetRows = e === 0 ? gather(w, ids) : add(mul(gather(w, ids), 1 - e), mul(mean(w, 0, true), e));
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
        const towards = segmentSum(weighted, ids, V);
        const smoothed = e === 0 ? towards : add(mul(towards, 1 - e), mul(sum(weighted, 0, true), e / V));
        return [dx, sub(matMul(p, weighted, true, false), smoothed)];
      },
    };
  });
  return op(hidden, outputWeights) as Scalar;
}
