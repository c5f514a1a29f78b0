/** What some programs look like, as a person reads them. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { printGraph, toOnnx, trace, type FlatFunction, type TensorSpec } from '../src/index.js';

const float = (...shape: number[]): TensorSpec => ({ dtype: 'float32', shape });
const operators = (fn: FlatFunction, inputs: TensorSpec[]) =>
  printGraph(trace(fn, inputs, { name: 'f' }))
    .split('\n')
    .filter((line) => line.includes('('));

test('both gradients of a strided convolution: a transposed one, and one whose filter is the gradient of the output', () => {
  const conv = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same');
  const lines = operators(([x, w, dy]) => tf.grads(conv)([x!, w!], dy!), [float(1, 4, 4, 2), float(3, 3, 2, 3), float(1, 2, 2, 3)]);
  expect(lines.filter((line) => line.includes('Conv'))).toMatchInlineSnapshot(`
    [
      "  %8 float32[1,2,4,4] = ConvTranspose(%7, %5, kernel_shape=[3,3], strides=[2,2], pads=[0,0,1,1], dilations=[1,1], output_padding=[0,0], group=1)",
      "  %12 float32[2,3,3,3] = Conv(%10, %11, kernel_shape=[2,2], strides=[1,1], dilations=[2,2], pads=[0,0,1,1], group=1)",
    ]
  `);
});

test('a fused product keeps its bias and activation as operators that ONNX Runtime fuses', () => {
  expect(
    operators(([a, b, bias]) => [tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation: 'relu', transposeB: true })], [float(2, 3), float(4, 3), float(4)]),
  ).toMatchInlineSnapshot(`
    [
      "  %5 float32[2,4] = Gemm(%0, %1, transA=0, transB=1)",
      "  %6 float32[1,2,4] = Reshape(%5, %3)",
      "  %7 float32[1,2,4] = Add(%6, %2)",
      "  %8 float32[1,2,4] = Relu(%7)",
      "  %9 float32[2,4] = Reshape(%8, %4)",
    ]
  `);
});

test('a product reads its right side as it was before a transpose', () => {
  const w = tf.zeros([4, 3]) as tf.Tensor2D;
  expect(operators(([x]) => [tf.matMul(x as tf.Tensor2D, tf.transpose(w)), tf.matMul(tf.transpose(x as tf.Tensor2D), tf.transpose(x as tf.Tensor2D), false, true)], [float(2, 3)])).toMatchInlineSnapshot(`
    [
      "  %2 float32[2,4] = Gemm(%0, %1, transA=0, transB=1)",
      "  %3 float32[3,2] = Transpose(%0, perm=[1,0])",
      "  %4 float32[3,3] = MatMul(%3, %0)",
    ]
  `);
});

test('an einsum and its gradients are einsums', () => {
  expect(operators(([a, b, dy]) => tf.grads((a, b) => tf.einsum('bij,bkj->bik', a!, b!))([a!, b!], dy!), [float(2, 3, 4), float(2, 5, 4), float(2, 3, 5)]))
    .toMatchInlineSnapshot(`
      [
        "  %3 float32[2,3,4] = Einsum(%2, %1, equation=bik,bkj->bij)",
        "  %4 float32[2,5,4] = Einsum(%2, %0, equation=bik,bij->bkj)",
      ]
    `);
});

test('rows are summed by ScatterElements, one after the other: ScatterND adds from several threads at once', () => {
  const inputs: TensorSpec[] = [float(3, 2), { dtype: 'int32', shape: [3, 1] }];
  const scatters = (fn: FlatFunction) => trace(fn, inputs).nodes.map(({ op }) => op).filter((op) => op.startsWith('Scatter'));
  expect(scatters(([x, ids]) => [tf.unsortedSegmentSum(x!, tf.reshape(ids!, [3]), 4)])).toEqual(['ScatterElements']);
  expect(scatters(([x, ids]) => [tf.scatterND(ids!, x!, [4, 2])])).toEqual(['ScatterElements']);
});

test('a model file names its inputs and outputs, and keeps large constants outside', () => {
  const large = tf.fill([200, 100], 0.5);
  const { bytes, external, inputNames, outputNames } = toOnnx(trace(([x]) => [tf.matMul(x as tf.Tensor2D, large as tf.Tensor2D)], [float(3, 200)]));
  expect({ inputNames, outputNames, external: external.map(({ data }) => data.length), small: bytes.length < 1000 }).toEqual({
    inputNames: ['v0'],
    outputNames: ['output0'],
    external: [80_000],
    small: true,
  });
});
