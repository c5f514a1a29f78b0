import { ShapeError } from '@prefix-tuning/base';
import type { Past } from './expand.js';
import type { FoldedPrefix } from './fold.js';
import { positionSize, type PrefixShape } from './spec.js';

/**
 * Makes a prefix of a model's own keys and values: its activations on real words, or the cache of a whole document.
 *
 * @param past  L pairs of float32 [1, H, P, D], such as the `present` of a forward pass over the words
 * @throws ShapeError  if the layers differ in shape, or hold more than one row
 * @see Li & Liang 2021, section 7.4 (initialisation with real words)
 */
export async function prefixFromPast(past: Past): Promise<FoldedPrefix> {
  const shape = shapeOf(past);
  const { heads, headDim, length } = shape;
  const slots = past.flatMap(({ key, value }) => [key, value]);
  const size = positionSize(shape);
  const data = new Float32Array(length * size);
  for (const [s, slot] of slots.entries()) {
    const values = (await slot.data()) as Float32Array;
    for (let h = 0; h < heads; h++) {
      for (let p = 0; p < length; p++) {
        const from = (h * length + p) * headDim;
        data.set(values.subarray(from, from + headDim), p * size + (s * heads + h) * headDim);
      }
    }
  }
  return { ...shape, rows: { dtype: 'float32', shape: [length, size], data } };
}

function shapeOf(past: Past): PrefixShape {
  const shapes = past.flatMap(({ key, value }) => [key.shape, value.shape]);
  const [first] = shapes;
  if (!first || first.length !== 4 || first[0] !== 1 || shapes.some((shape) => shape.join() !== first.join())) {
    const got = shapes.map((shape) => `[${shape.join(', ')}]`).join(' ') || 'no layers';
    throw new ShapeError(`prefixFromPast: expected keys and values of one shape [1, H, P, D], got ${got}.`, { details: { shapes } });
  }
  return { layers: past.length, heads: first[1]!, headDim: first[3]!, length: first[2]! };
}
