import * as tf from '@tensorflow/tfjs-core';
import { bools, capitalised, floats, given, ints, noGrad, noGradientBecause, noSlope, one, two, x23, type Case } from './case.js';

const odd = given([0, -1, NaN, Infinity, -Infinity, 2], [2, 3]);

export const elementwise: Case[] = [
  ...(['abs', 'asinh', 'atan', 'cos', 'cosh', 'erf', 'exp', 'expm1', 'neg', 'relu', 'relu6', 'round', 'sigmoid', 'sign', 'sin', 'sinh', 'softplus', 'square', 'tan', 'tanh', 'elu', 'selu', 'zerosLike', 'onesLike', 'step'] as const).map(
    (op) => one(capitalised(op), tf[op] as (x: tf.Tensor) => tf.Tensor),
  ),
  ...(['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'] as const).map((op) => one(capitalised(op), tf[op], floats([2, 3], 0.5, 3))),
  ...(['acos', 'asin', 'atanh'] as const).map((op) => one(capitalised(op), tf[op], floats([2, 3], -0.9, 0.9))),
  one('Ceil', tf.ceil, given([-1.6, -0.3, 0.9, 0.4, 1.2, 2.9], [6])),
  one('Floor', tf.floor, given([-1.6, -0.3, 0.9, 0.4, 1.2, 2.9], [6])),
  ...(['round', 'relu', 'relu6', 'leakyRelu'] as const).map((op) => one(capitalised(op), tf[op], ints([6], -9, 9), { ...noGrad, note: 'int32' })),
  two('Prelu', tf.prelu, { inputs: [ints([2, 3], -9, 9), ints([3], 2, 5)], ...noGrad, note: 'int32' }),
  // Times their size, so that digits of small numbers count.
  one('Expm1', (x) => tf.div(tf.expm1(x), x), given([1e-8, -1e-8, 1e-6, -1e-4, 1e-3, 0.3, -0.6, -3, 5, 20], [10]), { ...noGrad, note: 'small numbers' }),
  one('Log1p', (x) => tf.div(tf.log1p(x), x), given([1e-8, -1e-8, 1e-6, -1e-4, 1e-3, 0.3, -0.4999, 0.5, 100, 1e8], [10]), { ...noGrad, note: 'small numbers' }),
  ...(['expm1', 'log1p'] as const).map((op) => one(capitalised(op), tf[op], given([0, Infinity, -Infinity, -1, -2, NaN, 200, -200], [8]), { ...noGrad, note: 'ends' })),
  one('Acosh', tf.acosh, floats([2, 3], 1.1, 3)),
  one('Round', tf.round, given([0.5, 1.5, 2.5, -0.5, -1.5, 0.4], [6]), noGrad),
  one('IsNan', tf.isNaN, odd, noSlope),
  one('IsInf', tf.isInf, odd, noSlope),
  one('IsFinite', tf.isFinite, odd, noSlope),
  ...(['exp', 'isNaN', 'isInf', 'isFinite'] as const).map((op) => one(op === 'isNaN' ? 'IsNan' : capitalised(op), tf[op], ints([6], -9, 9), { ...noGrad, note: 'int32' })),
  one('Step', (x) => tf.step(x, 0.3), given([0, -1, NaN, 3], [4]), noGrad),
  one('EluGrad', tf.elu, floats([8])),
  one('LeakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  one('ClipByValue', (x) => tf.clipByValue(x, -0.5, 0.7)),
  one('Cast', (x) => tf.cast(x, 'int32'), given([1.9, -1.9, 0, 3.2], [4]), noGradientBecause('no: that of TensorFlow.js passes what rounding cuts off')),
  one('Cast', (x) => tf.cast(tf.cast(x, 'bool'), 'float32'), given([1.9, -1.9, 0, 0.2], [4]), { ...noGrad, note: 'to bool' }),
  one('Identity', (x) => tf.clone(x)),
  one('LogicalNot', tf.logicalNot, bools([2, 3]), noGrad),
  two('Add', tf.add),
  two('Sub', tf.sub),
  two('Multiply', tf.mul),
  two('RealDiv', tf.div),
  // TensorFlow.js's own gradients of these three forget to sum over broadcast axes, so shapes are equal here.
  ...(['maximum', 'minimum', 'squaredDifference'] as const).map((op) =>
    two(capitalised(op), tf[op], { inputs: [x23, floats([2, 3])] }),
  ),
  ...(['maximum', 'minimum', 'squaredDifference'] as const).map((op) =>
    two(capitalised(op), tf[op], { ...noGrad, note: 'broadcast' }),
  ),
  two('Pow', tf.pow),
  two('FloorDiv', tf.floorDiv, { inputs: [ints([2, 3], -9, 9), ints([3], 2, 5)], ...noGradientBecause('no: that of TensorFlow.js is that of a division without rounding') }),
  ...(['floorDiv', 'mod'] as const).map((op) =>
    two(capitalised(op), tf[op], { inputs: [given([2 ** 31 - 1, -(2 ** 31) + 1, 123456789, -7, 7, 2 ** 24 + 1], [6], 'int32'), given([2, 3, -1000, 3, -3, 2 ** 24], [6], 'int32')], ...noGrad, note: 'large int32' }),
  ),
  two('FloorDiv', tf.floorDiv, { inputs: [floats([2, 3], -9, 9), floats([3], 2, 5)], ...noGrad, note: 'float32' }),
  two('Mod', tf.mod, { inputs: [floats([2, 3], -9, 9), floats([3], 2, 5)] }),
  two('Atan2', tf.atan2, { inputs: [given([1, -1, 1, -1, 0, 0.5], [6]), given([1, 1, -1, -1, 0, 2], [6])], ...noGrad }),
  two('Atan2', tf.atan2),
  two('Prelu', tf.prelu, { inputs: [x23, floats([3])] }),
  { kernel: 'AddN', fn: (...x) => tf.addN(x), inputs: [x23, floats([2, 3]), floats([2, 3])] },
  ...(['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const).map((op) =>
    two(capitalised(op), tf[op], { inputs: [ints([3, 4], 0, 3), ints([4], 0, 3)], ...noSlope }),
  ),
  ...(['logicalAnd', 'logicalOr', 'logicalXor'] as const).map((op) =>
    two(capitalised(op), tf[op], { inputs: [bools([3, 4]), bools([4])], ...noGrad }),
  ),
  { kernel: 'Select', fn: (c, a, b) => tf.where(c!, a!, b!), inputs: [bools([2, 3]), x23, floats([2, 3])], gradients: [1, 2] },
  { kernel: 'Select', note: 'broadcast', fn: (c, a, b) => tf.where(c!, a!, b!), inputs: [bools([3]), x23, floats([2, 3])], gradients: [] },
];
