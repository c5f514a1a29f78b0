import { broadcastTo, customGrad, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Broadcasts to a shape. TensorFlow.js's own `broadcastTo` has a tile's gradient, one slice per copy;
 * this one's gradient is a single sum.
 *
 * @param x  any shape that broadcasts to `shape`
 */
export function broadcast(x: Tensor, shape: number[]): Tensor {
  if (x.shape.join() === shape.join()) return x;
  const lead = shape.length - x.rank;
  const axes = shape.map((_, axis) => axis).filter((axis) => axis < lead || x.shape[axis - lead] !== shape[axis]);
  const op = customGrad((...args) => {
    const [x] = args as unknown as [Tensor];
    return { value: broadcastTo(x, shape), gradFunc: (dy) => reshape(sum(dy as Tensor, axes), x.shape) };
  });
  return op(x);
}
