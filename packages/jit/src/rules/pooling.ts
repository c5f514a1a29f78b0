import type * as tf from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sizeOf } from '../values.js';
import { binary, cast, fill, reshape } from './emit.js';
import type { Rule } from './rule.js';
import { fromChannelsFirst, spread, toChannelsFirst, windowAttributes, windowOf, type Window } from './window.js';

interface Pool2DLike {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
interface Pool3DLike {
  readonly filterSize: [number, number, number] | number;
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
type Geometry<Attributes> = (shape: readonly number[], attributes: Attributes) => Window;

const window2D: Geometry<Pool2DLike> = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windowOf(backend_util.computePool2DInfo([...shape] as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode));
const window3D: Geometry<Pool3DLike> = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windowOf(backend_util.computePool3DInfo([...shape] as [number, number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode));

const pooledShape = (x: Value, window: Window) => [x.shape[0]!, x.shape.at(-1)!, ...window.output];

const average = <A>(geometry: Geometry<A>): Rule<A> => ({ x }, attributes, g) => {
  const window = geometry(x!.shape, attributes);
  const spec = { dtype: x!.dtype, shape: pooledShape(x!, window) };
  return fromChannelsFirst(g, g.add('AveragePool', [toChannelsFirst(g, x!, window)], spec, { attributes: windowAttributes(window) }), window);
};

/** How many elements that are not padding each window holds: [...output]. */
function counts({ input, output, kernel, strides, padBefore }: Window): Float32Array {
  const perAxis = output.map((n, axis) =>
    Array.from({ length: n }, (_, i) => {
      const start = i * strides[axis]! - padBefore[axis]!;
      return Math.min(input[axis]!, start + kernel[axis]!) - Math.max(0, start);
    }),
  );
  return Float32Array.from(perAxis.reduce((products, axis) => products.flatMap((p) => axis.map((n) => p * n)), [1]));
}

/**
 * Spreads each window's gradient evenly over the elements it averaged. In windows that hold padding this is the true
 * gradient, as in TensorFlow; TensorFlow.js's own cpu, wasm and WebGPU backends divide by the full window there.
 */
const averageGradient = <A>(geometry: Geometry<A>): Rule<A> => ({ dy, input }, attributes, g) => {
  const window = geometry(input!.shape, attributes);
  const channels = input!.shape.at(-1)!;
  const share = binary(g, 'Div', [toChannelsFirst(g, dy!, window), g.constant(counts(window), window.output, 'float32')]);
  const ones = fill(g, 1, { dtype: 'float32', shape: [channels, 1, ...window.kernel] });
  return fromChannelsFirst(g, spread(g, [share, ones], { window, groups: channels, channels }), window);
};

/** The largest of each window and its position in the flat [N, C, ...space] tensor; the first of equals. */
function largest(g: GraphBuilder, x: Value, window: Window): readonly [Value, Value] {
  const shape = pooledShape(x, window);
  const specs = [{ dtype: x.dtype, shape }, { dtype: 'int64', shape }] as const;
  const [values, positions] = g.addMany('MaxPool', [toChannelsFirst(g, x, window)], specs, { attributes: windowAttributes(window) });
  return [values!, positions!];
}

const maximum = <A>(geometry: Geometry<A>): Rule<A> => ({ x }, attributes, g) => {
  const window = geometry(x!.shape, attributes);
  return fromChannelsFirst(g, largest(g, x!, window)[0], window);
};

/** Each window's gradient goes to the element that was its largest. */
const maximumGradient = <A>(geometry: Geometry<A>): Rule<A> => ({ dy, input }, attributes, g) => {
  const window = geometry(input!.shape, attributes);
  const [, positions] = largest(g, input!, window);
  const n = sizeOf(positions.shape);
  const size = sizeOf(input!.shape);
  const flat = [
    fill(g, 0, { dtype: 'float32', shape: [size] }),
    reshape(g, positions, [n]),
    reshape(g, toChannelsFirst(g, dy!, window), [n]),
  ];
  const dx = g.add('ScatterElements', flat, { dtype: 'float32', shape: [size] }, { attributes: { axis: { int: 0 }, reduction: { string: 'add' } } });
  return fromChannelsFirst(g, reshape(g, dx, [input!.shape[0]!, input!.shape.at(-1)!, ...window.input]), window);
};

/** Positions as TensorFlow.js counts them: in [H, W, C], or in [N, H, W, C] with the batch. */
const maxPoolWithArgmax: Rule<tf.MaxPoolWithArgmaxAttrs> = ({ x }, attributes, g) => {
  const [N, H, W, C] = x!.shape as [number, number, number, number];
  const window = window2D(x!.shape, attributes);
  const [values, positions] = largest(g, x!, window);
  const planes = Array.from({ length: N * C }, (_, plane) => plane);
  const plane = (of: (n: number, c: number) => number) =>
    g.constant(BigInt64Array.from(planes, (p) => BigInt(of(Math.floor(p / C), p % C))), [N, C, 1, 1], 'int64');
  const inPlane = binary(g, 'Sub', [positions, plane((n, c) => (n * C + c) * H * W)]);
  const scaled = binary(g, 'Mul', [inPlane, g.constant(BigInt64Array.of(BigInt(C)), [], 'int64')]);
  const counted = binary(g, 'Add', [scaled, plane((n, c) => c + (attributes.includeBatchInIndex ? n * H * W * C : 0))]);
  return [fromChannelsFirst(g, values, window), fromChannelsFirst(g, cast(g, counted, 'int32'), window)];
};

/** Pooling and its gradients. */
export const pooling = {
  AvgPool: average(window2D),
  AvgPool3D: average(window3D),
  AvgPool3DGrad: averageGradient(window3D),
  AvgPoolGrad: averageGradient(window2D),
  MaxPool: maximum(window2D),
  MaxPool3D: maximum(window3D),
  MaxPool3DGrad: maximumGradient(window3D),
  MaxPoolGrad: maximumGradient(window2D),
  MaxPoolWithArgmax: maxPoolWithArgmax,
};
