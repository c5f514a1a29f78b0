import { add, customGrad, erf, exp, mul, sigmoid, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { runFused } from '../trace/fused.js';
import { isTracing } from '../trace/trace.js';

export type GeluKind = 'tanh' | 'exact';

/**
 * Gaussian error linear unit: x Phi(x) for `exact`, and GPT-2's approximation of it for `tanh`:
 * x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
 *
 * @param x  float32, any shape
 * @see Hendrycks & Gimpel 2016
 */
export function gelu(x: Tensor, kind: GeluKind): Tensor {
  const { share, shareSlope } = kinds[kind];
  const value = (x: Tensor) => (isTracing() ? runFused('Gelu', [x], { approximate: { string: kind === 'tanh' ? 'tanh' : 'none' } }) : mul(x, share(x)));
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    save([x]);
    return {
      value: value(x),
      // y = x s(x), so dy/dx = s + x s'. Of x alone: what else the value needs would be kept from the forward pass on.
      gradFunc: (dy, saved) => {
        const [x] = saved as [Tensor];
        const s = share(x);
        return mul(dy as Tensor, add(s, shareSlope(x, s)));
      },
    };
  });
  return op(x);
}

/** The share s(x) of x that passes, and x s'(x), written so that few passes over memory are made. */
interface Kind {
  share(x: Tensor): Tensor;
  shareSlope(x: Tensor, s: Tensor): Tensor;
}

const a = 2 * Math.sqrt(2 / Math.PI);
const b = 0.044715 * a;

const kinds: Record<GeluKind, Kind> = {
  // (1 + tanh(v / 2)) / 2 = sigmoid(v) with v = a x + b x^3, and s' = s (1 - s) (a + 3 b x^2)
  tanh: {
    share: (x) => sigmoid(mul(x, add(mul(square(x), b), a))),
    shareSlope: (x, s) => mul(mul(mul(x, s), sub(1, s)), add(mul(square(x), 3 * b), a)),
  },
  // s = Phi(x), the standard normal distribution, and s' its density
  exact: {
    share: (x) => add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5),
    shareSlope: (x) => mul(mul(x, exp(mul(square(x), -0.5))), 1 / Math.sqrt(2 * Math.PI)),
  },
};
