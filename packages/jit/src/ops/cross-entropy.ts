import { add, concat, customGrad, expandDims, gather, log, matMul, mean, mul, slice, softmax, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { recordsGradient } from '../trace/fused.js';
import { hold } from '../trace/hold.js';
import { isTracing } from '../trace/trace.js';
import { largest } from './largest.js';
import { segmentSum } from './segment-sum.js';

/** Logits that a program holds at a time, in bytes: few enough to stay in a processor's last cache from one pass to the next. */
const LOGITS_AT_A_TIME = 2 ** 25;
/** Fewer rows than this at a time would slow the products. */
const FEWEST_ROWS = 128;

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
 * A program takes many rows a part at a time, and each part's product p W right away: so logits and probabilities of one
 * part are all that it holds, unless W trains.
 *
 * @param hidden  X, float32 [N, C]
 * @param outputWeights  W, float32 [V, C]
 * @param targets  int32 [N]
 * @param weights  w, float32 [N]; 0 leaves a row out; gets no gradient
 * @returns float32 scalar
 * @see Szegedy et al. 2016, section 7 (label smoothing); PyTorch's CrossEntropyLoss
 */
export function crossEntropy(hidden: Tensor, outputWeights: Tensor, targets: Tensor, weights: Tensor, { labelSmoothing: e = 0 }: CrossEntropyOptions = {}): Scalar {
  const V = outputWeights.shape[0]!;
  const ids = targets as Tensor1D;
  const op = customGrad((...args) => {
    const [x, w, save] = args as unknown as [Tensor, Tensor, (saved: Tensor[]) => void];
    const targetRows = e === 0 ? gather(w, ids) : add(mul(gather(w, ids), 1 - e), mul(mean(w, 0, true), e));
    const parts = inParts(x, w);
    const targetLogits = sum(mul(x, targetRows), -1);
    // What the backward pass needs is saved: a tensor made inside the loss is gone by then when it runs eagerly.
    if (recordsGradient()) save([x, concat(parts.map(({ p }) => p)), sub(concat(parts.map(({ pw }) => pw!)), targetRows), ids, weights]);
    return {
      value: sum(mul(weights, sub(concat(parts.map(({ logTotal }) => logTotal)), targetLogits))) as Scalar,
      gradFunc: (dy, saved) => {
        const [x, p, away, ids, weights] = saved as [Tensor, Tensor, Tensor, Tensor1D, Tensor];
        const rowWeights = expandDims(mul(weights, dy as Tensor), -1);
        const weighted = mul(rowWeights, x);
        const towards = segmentSum(weighted, ids, V);
        const smoothed = e === 0 ? towards : add(mul(towards, 1 - e), mul(sum(weighted, 0, true), e / V));
        return [mul(rowWeights, away), sub(matMul(p, weighted, true, false), smoothed)];
      },
    };
  });
  return op(hidden, outputWeights) as Scalar;
}

interface Part {
  /** p, float32 [n, V] */
  readonly p: Tensor;
  /** p W, float32 [n, C], where a gradient is recorded */
  readonly pw: Tensor | undefined;
  /** log sum exp(logits), float32 [n] */
  readonly logTotal: Tensor;
}

/** The rows of x [N, C] a part at a time, each begun when what is wanted of the one before is there. */
function inParts(x: Tensor, w: Tensor): Part[] {
  const [[N, C], [V]] = [x.shape as [number, number], w.shape as [number, number]];
  const count = isTracing() ? Math.ceil(N / Math.max(FEWEST_ROWS, Math.floor(LOGITS_AT_A_TIME / (4 * V)))) : 1;
  const size = Math.ceil(N / count);
  const parts: Part[] = [];
  for (let start = 0; start < N; start += size) {
    const rows = count === 1 ? x : slice(x, [start, 0], [Math.min(size, N - start), C]);
    const before = parts.at(-1);
    parts.push(partOf(before ? hold([rows], end(before))[0]! : rows, w));
  }
  return parts;
}

function partOf(x: Tensor, w: Tensor): Part {
  const logits = matMul(x as Tensor2D, w as Tensor2D, false, true);
  const p = softmax(logits);
  // From the largest logit and its probability, which is NaN if any logit is: a target's own probability may underflow.
  return { p, pw: recordsGradient() ? matMul(p, w as Tensor2D) : undefined, logTotal: sub(largest(logits), log(largest(p))) };
}

/** A number that is there when all that is wanted of a part is. */
const end = ({ pw, logTotal }: Part): Tensor => (pw ? add(slice(pw, [0, 0], [1, 1]), slice(logTotal, [0], [1])) : logTotal);
