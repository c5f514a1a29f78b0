import * as tf from '@tensorflow/tfjs-core';
import { floats, given, ints, noGrad, one, two, type Case } from './case.js';

const sorted = given([1, 2, 2, 5, 0, 3, 4, 9], [2, 4]);
const values = given([2, 0, 6, 9, -1, 3], [2, 3]);
const empty = () => tf.tensor1d([], 'float32');

export const counting: Case[] = [
  one('Bincount', (x) => tf.bincount(x as tf.Tensor1D, empty(), 5), given([0, 3, 3, 7, 4], [5], 'int32'), noGrad),
  two('Bincount', (x, w) => tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 5), { note: 'weighted', inputs: [given([0, 3, 3, 7, 4], [5], 'int32'), floats([5])], ...noGrad }),
  two('DenseBincount', (x, w) => tf.denseBincount(x as tf.Tensor2D, w as tf.Tensor2D, 4), { note: 'weighted rows', inputs: [ints([2, 6], 0, 6), floats([2, 6])], ...noGrad }),
  one('DenseBincount', (x) => tf.denseBincount(x as tf.Tensor2D, empty() as never, 4), ints([2, 6], 0, 6), { note: 'rows', ...noGrad }),
  one('DenseBincount', (x) => tf.denseBincount(x as tf.Tensor2D, empty() as never, 4, true), ints([2, 6], 0, 6), { note: 'presence', ...noGrad }),
  ...(['left', 'right'] as const).map((side) => two('SearchSorted', (s, v) => tf.searchSorted(s, v, side), { note: side, inputs: [sorted, values], ...noGrad })),
  two('BroadcastArgs', (a, b) => tf.broadcastArgs(a, b), { inputs: [given([2, 1, 4], [3], 'int32'), given([3, 1], [2], 'int32')], ...noGrad }),
  two('BitwiseAnd', (a, b) => tf.bitwiseAnd(a, b), { inputs: [ints([2, 3], 0, 64), ints([2, 3], 0, 64)], ...noGrad }),
  one('Diag', (x) => tf.diag(x), floats([2, 3]), noGrad),
];
