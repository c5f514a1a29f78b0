import { engine, registerKernel, type NamedTensorMap, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Attribute, Value } from '../graph/graph.js';
import type { TraceBackend } from './backend.js';

/** Operators of ONNX that do the work of a whole operation, by the names of the kernels that stand for them in a trace. */
const operators = {
  LayerNorm: 'LayerNormalization',
  Gelu: 'Gelu',
} as const;

export type FusedKernel = keyof typeof operators;
type Attributes = Readonly<Record<string, Attribute>>;

/** Whether a gradient will be asked for of what is computed now. */
export const recordsGradient = (): boolean => engine().state.gradientDepth > 0;

/**
 * Whether a trace is under way that records no gradient. There, one operator for a whole operation is fastest; where a
 * gradient follows, the parts it needs have to be computed anyway (docs/decisions/0050).
 */
export function fusesHere(): boolean {
  return engine().backendName === 'trace' && !recordsGradient();
}

/** The value of an operation as one operator; the result has dtype and shape of the first input. */
export function runFused(kernel: FusedKernel, inputs: readonly Tensor[], attributes: Attributes): Tensor {
  const named: NamedTensorMap = Object.fromEntries(inputs.map((input, i) => [String(i), input]));
  return engine().runKernel(kernel, named, attributes as never) as Tensor;
}

/** Registers the kernels behind {@link runFused} on the trace backend. */
export function registerFused(backendName: string, backend: TraceBackend): void {
  for (const [kernelName, op] of Object.entries(operators)) {
    const rule = (g: GraphBuilder, inputs: readonly Value[], attributes: Attributes) => g.add(op, inputs, inputs[0]!, { attributes });
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const values = Object.values(inputs as Record<string, TensorInfo>).map((info) => backend.valueBehind(info));
        return backend.info(rule(backend.builder, values, attrs as unknown as Attributes));
      },
    });
  }
}
