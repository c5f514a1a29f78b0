import { customGrad, engine, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { hold } from '../trace/hold.js';
import { isTracing, tensorsUsed } from '../trace/trace.js';
import { flatten, unflatten, type TensorTree } from '../tree.js';

/**
 * Computes fn(inputs) and keeps nothing of it for the backward pass but the inputs: there it computes it again.
 *
 * Of a stack of L such blocks, memory holds L inputs and the activations of one block, instead of the activations of
 * all. The cost is one more forward pass of each block: a third of a training step whose weights all train, half of one whose
 * weights are frozen.
 *
 * @param fn  pure; gradients flow to `inputs` and `reads`, so every tensor that trains must be among them
 * @param inputs  tensors nested in arrays and records; integer tensors have no gradient
 * @param reads  tensors that `fn` may use though they are not passed to it, such as weights; those that it does not use cost
 *   nothing. With some, only traced programs compute again; eagerly everything is kept, since such tensors may be gone by then.
 * @see Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost
 */
export function checkpoint<I extends TensorTree>(fn: (inputs: I) => Tensor, inputs: I, reads: readonly Tensor[] = []): Tensor {
  if (reads.length > 0 && !isTracing()) return fn(inputs);
  const { leaves, shape } = flatten<Tensor>(inputs);
  const call = (tensors: readonly Tensor[]) => fn(unflatten(shape, tensors) as I);
  const used = reads.length > 0 ? tensorsUsed(reads, () => call(leaves)) : [];
  const op = customGrad((...args) => {
    const save = args.at(-1) as unknown as (saved: Tensor[]) => void;
    const tensors = args.slice(0, leaves.length) as Tensor[];
    save(tensors);
    return { value: call(tensors), gradFunc: (dy, saved) => gradientsAgain(call, { inputs: hold(saved, dy as Tensor), reads: used }, dy as Tensor) };
  });
  return op(...leaves, ...used);
}

/** Gradients of fn by its inputs and by what it reads, from a forward pass of its own inside the backward pass of another. */
function gradientsAgain(fn: (tensors: readonly Tensor[]) => Tensor, { inputs, reads }: { inputs: readonly Tensor[]; reads: readonly Tensor[] }, dy: Tensor): Tensor[] {
  const { state } = engine();
  // The engine has one tape; the pass that called still needs its own.
  const tape = state.activeTape;
  try {
    const all = [...inputs, ...reads];
    const floats = all.filter(({ dtype }) => dtype === 'float32');
    const { grads } = engine().gradients(() => fn(inputs), floats, dy, true);
    return all.map((input) => grads[floats.indexOf(input)] ?? zeros(input.shape));
  } finally {
    state.activeTape = tape;
  }
}
