import * as tf from '@tensorflow/tfjs-core';
import { floats, given, ints, noGradientBecause, x345, type Case } from './case.js';

export const indexing: Case[] = [
  { kernel: 'GatherV2', fn: (x, i) => tf.gather(x!, i!, 1), inputs: [x345, ints([2, 2], 0, 4)] },
  { kernel: 'GatherV2', note: 'rows', fn: (x, i) => tf.gather(x!, i!), inputs: [x345, ints([7], 0, 3)] },
  { kernel: 'GatherV2', note: 'batched', fn: (x, i) => tf.gather(x!, i!, 2, 1), inputs: [x345, ints([3, 2], 0, 5)], ...noGradientBecause('TensorFlow.js has it for its chained classes only') },
  { kernel: 'GatherV2', note: 'batched, counted from the end', fn: (x, i) => tf.gather(x!, i!, 2, -1), inputs: [x345, ints([3, 2], 0, 5)], gradients: [] },
  { kernel: 'GatherNd', fn: (x, i) => tf.gatherND(x!, i!), inputs: [x345, given([0, 1, 2, 3], [2, 2], 'int32')], gradients: [] },
  { kernel: 'ScatterNd', fn: (i, u) => tf.scatterND(i! as tf.Tensor2D, u!, [5, 2]), inputs: [given([1, 3, 1], [3, 1], 'int32'), floats([3, 2])], gradients: [] },
  { kernel: 'ScatterNd', note: 'two axes', fn: (i, u) => tf.scatterND(i! as tf.Tensor2D, u!, [2, 3, 2]), inputs: [given([1, 2, 0, 1, 1, 2], [3, 2], 'int32'), floats([3, 2])], gradients: [] },
  { kernel: 'ScatterNd', note: 'numbers', fn: (i, u) => tf.scatterND(i! as tf.Tensor2D, u!, [4]), inputs: [given([3, 0, 3], [3, 1], 'int32'), ints([3], -9, 9)], gradients: [] },
  { kernel: 'TensorScatterUpdate', fn: (t, i, u) => tf.tensorScatterUpdate(t!, i! as tf.Tensor2D, u!), inputs: [floats([5, 2]), given([1, 3], [2, 1], 'int32'), floats([2, 2])], gradients: [] },
  { kernel: 'SparseToDense', fn: (i, v) => tf.sparseToDense(i!, v!, [4, 3], tf.scalar(0.5)), inputs: [given([0, 1, 3, 2], [2, 2], 'int32'), floats([2])], gradients: [] },
  { kernel: 'UnsortedSegmentSum', fn: (x) => tf.unsortedSegmentSum(x!, tf.tensor1d([2, 0, 2, -1], 'int32'), 4), inputs: [floats([4, 3])] },
];
