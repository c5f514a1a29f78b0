import { customGrad, mean, mul, rsqrt, square, sub, sum, add, type Tensor } from '@tensorflow/tfjs-core';
import { fusesHere, runFused } from '../trace/fused.js';

/**
 * Layer normalisation over the last axis: gamma (x - mean) / sqrt(variance + epsilon) + beta.
 *
 * @param x  float32 [..., C]
 * @param gamma  float32 [C]
 * @param beta  float32 [C]
 * @returns float32 [..., C]
 * @see Ba, Kiros & Hinton 2016
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  if (fusesHere()) return runFused('LayerNorm', [x, gamma, beta], { axis: { int: x.rank - 1 }, epsilon: { float: epsilon } });
  const leading = x.shape.map((_, axis) => axis).slice(0, -1);
  const op = customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void];
    const centred = sub(x, mean(x, -1, true));
    const inverse = rsqrt(add(mean(square(centred), -1, true), epsilon));
    const normal = mul(centred, inverse);
    save([normal, inverse, gamma]);
    return {
      value: add(mul(normal, gamma), beta),
      gradFunc: (dy, saved) => {
        const [normal, inverse, gamma] = saved as [Tensor, Tensor, Tensor];
        const d = mul(dy as Tensor, gamma);
        const projected = add(mean(d, -1, true), mul(normal, mean(mul(d, normal), -1, true)));
        return [mul(inverse, sub(d, projected)), sum(mul(dy as Tensor, normal), leading), sum(dy as Tensor, leading)];
      },
    };
  });
  return op(x, gamma, beta);
}
