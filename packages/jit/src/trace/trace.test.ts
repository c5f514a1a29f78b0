import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { jit } from '../jit.js';
import { eager } from '../runtimes/eager.js';
import { onnxRuntime } from '../runtimes/onnx.js';
import { printGraph } from '../graph/print.js';
import { callSite, HostRandomnessError, HostReadError, UnsupportedKernelError, VariableAssignError } from './errors.js';
import { trace } from './trace.js';

const vector = [{ dtype: 'float32', shape: [2] }] as const;
const listing = (fn: (x: tf.Tensor) => tf.Tensor | tf.Tensor[], inputs: Parameters<typeof trace>[1] = vector) =>
  printGraph(trace(([x]) => [fn(x!)].flat(), inputs, { name: 'f' }));

test('options that do not exist are refused by name', () => {
  expect(() => jit((x: tf.Tensor) => x, { oncompile: () => {} } as never)).toThrow('jit: expected fields of runtime, name, runs, onCompile, got oncompile.');
  for (const runtime of ['cpu', Promise.resolve(eager('cpu')), null]) expect(() => jit((x: tf.Tensor) => x, { runtime } as never)).toThrow("jit: runtime: expected one such as eager('cpu')");
  expect(() => onnxRuntime({ executionProviders: ['cuda'] } as never)).toThrow('onnxRuntime: expected fields of load, worker, weights, session, got executionProviders.');
});

test('forward and backward pass are one graph, each value computed once', () => {
  const weights = tf.tensor([2, 3]);
  const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.mul(x, x), weights)) as tf.Scalar;
  expect(
    listing((x) => {
      const { value, grads } = tf.valueAndGrads(loss)([x]);
      return [value, grads[0]!];
    }),
  ).toMatchInlineSnapshot(`
    "graph f
      %0 float32[2] = input 0
      %1 float32[2] = constant {2, 3}
      %2 int64[1] = constant {0}
      %3 float32[2] = Mul(%0, %0)
      %4 float32[2] = Mul(%3, %1)
      %5 float32[] = ReduceSum(%4, %2, keepdims=0)
      %6 float32[2] = Mul(%1, %0)
      %7 float32[2] = Add(%6, %6)
      return %5, %7"
  `);
});

test('work whose result nobody uses is not in the graph', () => {
  expect(
    listing((x) => {
      tf.exp(x);
      return tf.reshape(tf.reshape(x, [2, 1]), [1, 2]);
    }),
  ).toMatchInlineSnapshot(`
    "graph f
      %0 float32[2] = input 0
      %1 int64[2] = constant {1, 2}
      %2 float32[1,2] = Reshape(%0, %1)
      return %2"
  `);
});

test('a transpose of a transpose and one that moves nothing leave no node', () => {
  const graph = trace(([x]) => [tf.transpose(tf.transpose(x!, [1, 0, 2]), [1, 0, 2])], [{ dtype: 'float32', shape: [2, 3, 4] }]);
  expect(graph.nodes).toEqual([]);
});

describe('what a program cannot hold is an error with its cure and the place', () => {
  test('reading values', () => {
    expect(() => listing((x) => tf.tensor(x.dataSync()))).toThrow(HostReadError);
    expect(() => listing((x) => tf.tensor(x.dataSync()))).toThrow(/Return the tensor instead.*trace\.test\.ts/s);
  });
  test.each([
    ['randomNormal', () => tf.randomNormal([2])],
    ['randomUniform', (x: tf.Tensor) => tf.add(x, tf.randomUniform([2]))],
    ['rand', () => tf.rand([2], () => 1)],
    ['dropout', (x: tf.Tensor) => tf.dropout(x, 0.5)],
  ])('host randomness: %s', (name, fn) => {
    expect(() => listing(fn)).toThrow(HostRandomnessError);
    expect(() => listing(fn)).toThrow(new RegExp(`${name}.*pass them in as an input.*trace\\.test\\.ts`, 's'));
  });
  test('a kernel without a rule', () => {
    const fft = (x: tf.Tensor) => tf.real(tf.complex(x, x));
    expect(() => listing(fft)).toThrow(UnsupportedKernelError);
    expect(() => listing(fft)).toThrow(/kernel Complex, reached by tf\.complex.*trace\.test\.ts/s);
  });
  test('a tensor of an earlier trace, or of another type', () => {
    let earlier = tf.scalar(0);
    listing((x) => (earlier = tf.keep(tf.sum(x))));
    expect(() => listing((x) => tf.add(x, earlier))).toThrow(/earlier trace was used in tf\.add\. Pass it in.*trace\.test\.ts/s);
    const text = tf.tensor(['a', 'b']);
    expect(() => listing((x) => tf.add(x, tf.where(tf.equal(text, text), x, x)))).toThrow(/got string in tf\.equal.*trace\.test\.ts/s);
  });
  test('an assignment to a variable, which keeps its numbers', () => {
    const variable = tf.variable(tf.tensor([1, 2]));
    const assign = (x: tf.Tensor) => {
      variable.assign(tf.add(variable, x));
      return x;
    };
    expect(() => listing(assign)).toThrow(VariableAssignError);
    expect(() => listing(assign)).toThrow(/Return the new value.*trace\.test\.ts/s);
    expect(Array.from(variable.dataSync())).toEqual([1, 2]);
    variable.assign(tf.tensor([3, 4]));
    expect(Array.from(variable.dataSync())).toEqual([3, 4]);
    variable.dispose();
  });
  test('the place is in the project of the user, whatever it is called', () => {
    const stack = ['Error', '    at callSite (x)', ...['/p/tfjs-app/node_modules/@tensorflow/tfjs-core/dist/a.js', '/p/node_modules/.pnpm/@tensorflow+tfjs-core@4/b.js', '/p/tfjs-app/node_modules/@prefix-tuning/jit/dist/c.js', 'node:internal/d', '/p/tfjs-app/jit/src/mine.ts:3:4', '/p/tfjs-app/main.ts'].map((place) => `    at ${place}`)];
    expect(callSite(stack.join('\n'))).toBe('/p/tfjs-app/jit/src/mine.ts:3:4');
  });
  test('after an error the next trace and the backend before it work', () => {
    expect(() => listing((x) => tf.tensor(x.dataSync()))).toThrow();
    expect(tf.getBackend()).toBe('cpu');
    expect(listing((x) => tf.neg(x))).toContain('Neg');
  });
});

test('tracing leaves no tensor behind', () => {
  const weights = tf.tensor([2, 3]);
  const before = tf.memory().numTensors;
  listing((x) => tf.mul(x, weights));
  expect(tf.memory().numTensors).toBe(before);
});
