import { ShapeError } from '@prefix-tuning/base';
import { add, customGrad, matMul, mul, reshape, softmax, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { broadcast } from './broadcast.js';

export interface AttentionOptions {
  /** Factor on the scores; 1 / sqrt(D) unless given. */
  readonly scale?: number;
  /** float32 [B, H, T, S], multiplied with the softmax: dropout's mask; gets no gradient. */
  readonly keep?: Tensor | undefined;
}

/**
 * Scaled dot-product attention: (softmax(scale q k^T + mask) * keep) v.
 *
 * @param q  float32 [B, H, T, D]
 * @param k  float32 [B, G, S, D] with G dividing H: each key head serves H / G query heads (grouped-query attention)
 * @param v  float32 [B, G, S, D]
 * @param mask  float32, added to the scores, broadcastable to [B, 1, T, S]; large negative numbers hide keys; gets no gradient
 * @returns float32 [B, H, T, D]
 * @throws ShapeError  if the shapes do not fit together
 * @see Vaswani et al. 2017, section 3.2.1; Ainslie et al. 2023 for grouped queries
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined, { scale, keep }: AttentionOptions = {}): Tensor {
  const [B, H, , D] = q.shape as [number, number, number, number];
  const [, G, S] = k.shape as [number, number, number, number];
  if (q.rank !== 4 || k.shape.join() !== [B, G, S, D].join() || v.shape.join() !== k.shape.join() || H % G !== 0) {
    throw new ShapeError(
      `attention: expected q [B, H, T, D] and k, v [B, G, S, D] with G dividing H, got q [${q.shape.join(', ')}], ` +
        `k [${k.shape.join(', ')}], v [${v.shape.join(', ')}].`,
      { details: { q: q.shape, k: k.shape, v: v.shape } },
    );
  }
  const factor = scale ?? 1 / Math.sqrt(D);
  if (G === H) return headwise({ q, k, v, mask, keep }, factor);
  const shared = (x: Tensor) => reshape(broadcast(reshape(x, [B, G, 1, S, D]), [B, G, H / G, S, D]), [B, H, S, D]);
  return headwise({ q, k: shared(k), v: shared(v), mask, keep }, factor);
}

interface Headwise {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly mask: Tensor | undefined;
  readonly keep: Tensor | undefined;
}

function headwise({ q, k, v, mask, keep }: Headwise, scale: number): Tensor {
  const kept = (weights: Tensor, keep: Tensor | undefined) => (keep ? mul(weights, keep) : weights);
  const op = customGrad((...args) => {
    const [q, k, v, save] = args as unknown as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void];
    const scores = matMul(mul(q, scale), k, false, true);
    const weights = softmax(mask ? add(scores, mask) : scores);
    save([q, k, v, weights, ...(keep ? [keep] : [])]);
    return {
      value: matMul(kept(weights, keep), v),
      gradFunc: (dy, saved) => {
        const [q, k, v, weights, keep] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor | undefined];
        const dWeighted = mul(kept(matMul(dy as Tensor, v, false, true), keep), weights);
        const dScores = sub(dWeighted, mul(weights, sum(dWeighted, -1, true)));
        return [mul(matMul(dScores, k), scale), matMul(dScores, mul(q, scale), true, false), matMul(kept(weights, keep), dy as Tensor, true, false)];
      },
    };
  });
  return op(q, k, v);
}
