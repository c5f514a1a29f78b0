import { ShapeError } from '@prefix-tuning/base';
import { add, expandDims, pad, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { expandPrefix, type LayerPast, type Past } from './expand.js';
import { expandMatrix, type MatrixSpec } from './matrix.js';
import type { PrefixSpec } from './spec.js';
import type { ParameterTensors } from './tensors.js';

/**
 * Virtual token embeddings: only the input layer trains, the frozen model computes every layer above. `out` is the
 * model's width; with a network, its input width is the model's too in the released code.
 *
 * Run them through the model like embedded tokens, and keep its cache as the past of the real tokens.
 *
 * @returns  float32 [1, P, C]
 * @see Li & Liang 2021, section 7.2 (embedding-only); the released code's PrefixEmbTuning
 */
export function expandEmbeddings(parameters: ParameterTensors, spec: MatrixSpec): Tensor {
  return tidy(() => expandDims(expandMatrix(parameters, spec), 0));
}

/**
 * Infix: adds a prefix to the last P positions of a source's cache, those of the virtual tokens after the source.
 *
 * @param present  the cache of [source; virtual tokens], L pairs of float32 [B, H, X + P, D]
 * @returns  what the target attends to, of the same shapes
 * @throws ShapeError  if the cache is of another model, or shorter than the prefix
 * @see Li & Liang 2021, section 7.2 ([x; INFIX; y]); the released code's get_prompt_p5_infix
 */
export function addInfix(present: Past, parameters: ParameterTensors, spec: PrefixSpec): LayerPast[] {
  checkCache(present, spec);
  return tidy(() => {
    const infix = expandPrefix(parameters, spec);
    const addLast = (whole: Tensor, last: Tensor) =>
      add(whole, pad(last, [[0, 0], [0, 0], [whole.shape[2]! - spec.length, 0], [0, 0]]));
    return present.map(({ key, value }, l) => ({ key: addLast(key, infix[l]!.key), value: addLast(value, infix[l]!.value) }));
  });
}

function checkCache(present: Past, { layers, heads, headDim, length }: PrefixSpec): void {
  const shapes = present.flatMap(({ key, value }) => [key.shape, value.shape]);
  const wrong = shapes.find(([, H, S, D]) => H !== heads || D !== headDim || !(S! >= length));
  if (present.length === layers && !wrong) return;
  throw new ShapeError(
    `addInfix: expected a cache of ${layers} layers of [B, ${heads}, ${length} or more, ${headDim}], got ${present.length} layers${wrong ? ` with [${wrong.join(', ')}]` : ''}. ` +
      'Read source and virtual tokens with the model that the prefix is for.',
    { details: { layers: present.length, wrong } },
  );
}
