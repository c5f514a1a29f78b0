import { engine, registerKernel, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { binary, reshape, slice } from '../rules/emit.js';
import type { TraceBackend } from './backend.js';

const KERNEL = 'Hold';

/**
 * Tensors with the same numbers, which a program has only after it has computed `after`.
 *
 * What is computed from them is computed anew and late: it is not the same value as what was computed from `tensors`, to
 * the builder or to ONNX Runtime. Outside a trace operations run in their order anyway, so the tensors come back as they are.
 *
 * @param after  float32 of any shape with at least one element
 */
export function hold(tensors: readonly Tensor[], after: Tensor): Tensor[] {
  if (engine().backendName !== 'trace') return [...tensors];
  return tensors.map((x) => engine().runKernel(KERNEL, { x, after }) as Tensor);
}

/**
 * A reshape to the same shape, where the shape is known only once `after` is: each of its numbers plus the index of the
 * largest of one element, which is 0 whatever the element is. A reshape moves nothing.
 */
function held(g: GraphBuilder, x: Value, after: Value): Value {
  const flat = reshape(g, after, [after.shape.reduce((product, n) => product * n, 1)]);
  const first = slice(g, flat, { begin: [0], end: [1], shape: [1] });
  const zero = g.add('ArgMax', [first], { dtype: 'int64', shape: [1] }, { attributes: { axis: { int: 0 } } });
  const shape = binary(g, 'Add', [g.int64s(x.shape), zero]);
  return g.add('Reshape', [x, shape], x);
}

/** Registers the kernel behind {@link hold} on the trace backend. */
export function registerHold(backendName: string, backend: TraceBackend): void {
  registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs }) => {
      const { x, after } = inputs as { x: TensorInfo; after: TensorInfo };
      return backend.info(held(backend.builder, backend.valueBehind(x), backend.valueBehind(after)));
    },
  });
}
