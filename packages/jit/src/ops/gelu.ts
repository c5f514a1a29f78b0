import { add, customGrad, erf, exp, mul, square, sub, tanh, type Tensor } from '@tensorflow/tfjs-core';

export type GeluKind = 'tanh' | 'exact';

/**
 * Gaussian error linear unit: x Phi(x) for `exact`, and GPT-2's approximation of it for `tanh`:
 * x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
 *
 * @param x  float32, any shape
 * @see Hendrycks & Gimpel 2016
 */
export function gelu(x: Tensor, kind: GeluKind): Tensor {
  const { value, slope } = kinds[kind];
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    save([x]);
    return { value: value(x), gradFunc: (dy, saved) => mul(dy as Tensor, slope(saved[0]!)) };
  });
  return op(x);
}

const root2OverPi = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)) */
const inner = (x: Tensor) => tanh(mul(x, add(mul(square(x), root2OverPi * cubic), root2OverPi)));
/** Phi(x), the standard normal distribution function. */
const phi = (x: Tensor) => add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5);

const kinds: Record<GeluKind, { value(x: Tensor): Tensor; slope(x: Tensor): Tensor }> = {
  tanh: {
    value: (x) => mul(mul(x, 0.5), add(inner(x), 1)),
    slope: (x) => {
      const t = inner(x);
      const dInner = add(mul(square(x), 3 * root2OverPi * cubic), root2OverPi);
      return mul(add(add(t, 1), mul(mul(x, dInner), sub(1, square(t)))), 0.5);
    },
  },
  exact: {
    value: (x) => mul(x, phi(x)),
    slope: (x) => add(phi(x), mul(mul(x, exp(mul(square(x), -0.5))), 1 / Math.sqrt(2 * Math.PI))),
  },
};
