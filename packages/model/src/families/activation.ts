import { gelu } from '@prefix-tuning/jit';
import { mul, relu, sigmoid, tanh, type Tensor } from '@tensorflow/tfjs-core';

const tanhGelu = (x: Tensor): Tensor => gelu(x, 'tanh');
const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

/** Activation functions by the name that config.json gives them. */
export const activations = {
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  gelu: (x: Tensor): Tensor => gelu(x, 'exact'),
  relu: (x: Tensor): Tensor => relu(x),
  silu,
  swish: silu,
  tanh: (x: Tensor): Tensor => tanh(x),
} as const;

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as ActivationName[];
