import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import { hostTensor } from '@prefix-tuning/jit';
import { mapTensors, type HostTensors } from '../tensors.js';

/** Settings of AdamW, with PyTorch's defaults but for the weight decay, which the paper leaves at 0. */
export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Whether weight decay acts on a parameter; all by default. */
  readonly decays?: (name: string) => boolean;
}

const fields: FieldsOf<AdamWOptions> = { beta1: true, beta2: true, epsilon: true, weightDecay: true, decays: true };

const share = (value: number) => value >= 0 && value < 1;

/** What AdamW's numbers may be. */
export const adamwLimits = {
  beta1: share,
  beta2: share,
  epsilon: (value: number) => value > 0,
  weightDecay: (value: number) => value >= 0,
} as const;

/** Running means of every parameter's gradient and of its square. */
export type AdamWState = { readonly mean: HostTensors; readonly variance: HostTensors };

export interface UpdateOptions {
  /** Change in place. */
  readonly parameters: HostTensors;
  /** t: this update's number, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Factor on every gradient, such as that of clipping; 1 unless given. */
  readonly scale?: number;
}

/** An optimiser: state is data, and `update` changes it and the parameters where they lie. */
export interface Optimiser<State> {
  init(parameters: HostTensors): State;
  update(gradients: HostTensors, state: State, options: UpdateOptions): void;
}

/**
 * AdamW: Adam with weight decay apart from the gradient. Runs on the host: one pass over memory.
 *
 * m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 * p = p - lr (decay p + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
 *
 * @throws ConfigError  for an option that does not exist or is out of range
 * @see Loshchilov & Hutter 2019, algorithm 2; equal to torch.optim.AdamW. The authors' Hugging Face AdamW of 2020
 *   differs: it adds eps before the bias of v is corrected.
 */
export function adamw(options: AdamWOptions = {}): Optimiser<AdamWState> {
  checkFields('adamw', options, Object.keys(fields));
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decays = () => true } = options;
  for (const [name, value] of Object.entries({ beta1, beta2, epsilon, weightDecay })) {
    if (adamwLimits[name as keyof typeof adamwLimits](value)) continue;
    throw new ConfigError(`adamw: ${name}: got ${value}, which is out of range. Correct the option.`, { details: { name, value } });
  }
  const zeros = (parameters: HostTensors) => mapTensors(parameters, ({ shape }) => hostTensor(undefined, shape));
  return {
    init: (parameters) => ({ mean: zeros(parameters), variance: zeros(parameters) }),
    update: (gradients, { mean, variance }, { parameters, step, learningRate, scale = 1 }) => {
      const factors = { beta1, beta2, epsilon, scale, rate: learningRate / (1 - beta1 ** step), root: 1 / Math.sqrt(1 - beta2 ** step) };
      for (const [name, { data }] of Object.entries(parameters)) {
        const kept = weightDecay > 0 && decays(name) ? 1 - learningRate * weightDecay : 1;
        updateArray({ p: data, m: mean[name]!.data, v: variance[name]!.data, g: gradients[name]!.data }, { ...factors, kept });
      }
    },
  };
}

type Arrays = { readonly [name in 'p' | 'm' | 'v' | 'g']: { [i: number]: number; readonly length: number } };
type Factors = { readonly [name in 'beta1' | 'beta2' | 'epsilon' | 'scale' | 'rate' | 'root' | 'kept']: number };

function updateArray({ p, m, v, g }: Arrays, { beta1, beta2, epsilon, scale, rate, root, kept }: Factors): void {
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! * scale;
    const mean = (m[i] = beta1 * m[i]! + (1 - beta1) * gradient);
    const variance = (v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient);
    p[i] = kept * p[i]! - (rate * mean) / (Math.sqrt(variance) * root + epsilon);
  }
}
