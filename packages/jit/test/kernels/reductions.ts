import * as tf from '@tensorflow/tfjs-core';
import { bools, capitalised, floats, ints, noGrad, noGradientBecause, noSlope, one, x345, type Case } from './case.js';

const chained = noGradientBecause('that of TensorFlow.js works on its chained classes alone');

export const reductions: Case[] = [
  ...(['sum', 'mean', 'max', 'min'] as const).flatMap((op) => {
    const kernel = capitalised(op);
    const reduce = tf[op] as (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor;
    return [
      one(kernel, (x) => reduce(x, [0, 2]), x345, { note: 'axes' }),
      one(kernel, (x) => reduce(x, -1, true), x345, { note: 'keep' }),
      one(kernel, (x) => reduce(x), floats([2, 2]), { note: 'all axes' }),
    ];
  }),
  one('Prod', (x) => tf.prod(x, [0, 2]), x345, { ...chained, note: 'axes' }),
  one('Prod', (x) => tf.prod(x, -1, true), x345, { ...chained, note: 'keep' }),
  one('Sum', (x) => tf.sum(x, 1), ints([3, 4], -5, 5), { ...noGrad, note: 'int32' }),
  one('Mean', (x) => tf.mean(x, 1), ints([3, 4], -5, 5), { ...noGrad, note: 'int32' }),
  one('Mean', (x) => tf.mean(x), bools([3, 4]), { ...noGrad, note: 'bool' }),
  one('All', (x) => tf.all(x, 0), bools([3, 4]), noGrad),
  one('Any', (x) => tf.any(x, 1, true), bools([3, 4]), noGrad),
  one('ArgMax', (x) => tf.argMax(x, 1), x345, noSlope),
  one('ArgMin', (x) => tf.argMin(x, -1), x345, noSlope),
  // TensorFlow.js's gradient of cumsum along an inner axis forgets to undo its transpose.
  one('Cumsum', (x) => tf.cumsum(x, 1, true, true), x345, noGrad),
  one('Cumsum', (x) => tf.cumsum(x, 2), x345),
  ...[[false, false], [true, false], [false, true], [true, true]].map(([exclusive, reverse]) =>
    one('Cumprod', (x) => tf.cumprod(x, 1, exclusive, reverse), x345, noGrad),
  ),
  one('Softmax', (x) => tf.softmax(x), x345),
  one('LogSoftmax', (x) => tf.logSoftmax(x), x345),
  { kernel: 'TopK', fn: (x) => { const { values, indices } = tf.topk(x!, 2); return [values, indices]; }, inputs: [x345], gradients: [] },
];
