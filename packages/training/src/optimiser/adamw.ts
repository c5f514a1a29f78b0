import { hostTensor, type Hosted } from '@prefix-tuning/jit';
import { add, div, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { mapTensors, type HostTensors, type Tensors } from '../tensors.js';

/** Settings of AdamW, with PyTorch's defaults but for the weight decay, which the paper leaves at 0. */
export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Whether weight decay acts on a parameter; all by default. */
  readonly decays?: (name: string) => boolean;
}

/** Moments of every parameter, and 1 - beta^t of both, kept as they grow so that no precision is lost. */
export type AdamWState = {
  readonly debias1: Tensor;
  readonly debias2: Tensor;
  readonly mean: Tensors;
  readonly variance: Tensors;
};

/** An optimiser as a pure pair, after optax: state is data, and `update` can be traced into the training step. */
export interface Optimiser<State> {
  init(parameters: HostTensors): Hosted<State>;
  update(gradients: Tensors, state: State, options: { parameters: Tensors; learningRate: Tensor }): { parameters: Tensors; state: State };
}

/**
 * AdamW: Adam with weight decay apart from the gradient.
 *
 * m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 * p = p - lr (decay p + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
 *
 * @see Loshchilov & Hutter 2019, algorithm 2; equal to torch.optim.AdamW. The authors' Hugging Face AdamW of 2020
 *   differs: it adds eps before the bias of v is corrected.
 */
export function adamw(options: AdamWOptions = {}): Optimiser<AdamWState> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decays = () => true } = options;
  const towards = (average: Tensor, value: Tensor, beta: number) => add(mul(average, beta), mul(value, 1 - beta));
  return {
    init: (parameters) => ({
      debias1: hostTensor([0], []),
      debias2: hostTensor([0], []),
      mean: mapTensors(parameters, ({ shape }) => hostTensor(undefined, shape)),
      variance: mapTensors(parameters, ({ shape }) => hostTensor(undefined, shape)),
    }),
    update: (gradients, state, { parameters, learningRate }) => {
      const debias1 = add(mul(state.debias1, beta1), 1 - beta1);
      const debias2 = add(mul(state.debias2, beta2), 1 - beta2);
      const mean = mapTensors(gradients, (g, name) => towards(state.mean[name]!, g, beta1));
      const variance = mapTensors(gradients, (g, name) => towards(state.variance[name]!, square(g), beta2));
      const next = mapTensors(parameters, (value, name) => {
        const root = sqrt(div(variance[name]!, debias2));
        const direction = div(div(mean[name]!, debias1), add(root, epsilon));
        const decayed = weightDecay > 0 && decays(name) ? mul(value, sub(1, mul(learningRate, weightDecay))) : value;
        return sub(decayed, mul(learningRate, direction));
      });
      return { parameters: next, state: { debias1, debias2, mean, variance } };
    },
  };
}
