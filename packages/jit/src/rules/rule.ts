import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';

/** Every kernel TensorFlow.js names: the constants it exports whose value is their own name. */
export type KernelName = { [K in keyof typeof tf]: (typeof tf)[K] extends K ? K : never }[keyof typeof tf];

/**
 * How one kernel becomes ONNX operators.
 *
 * @param inputs  by the kernel's own input names (`x`, `a`, `b`, ...; `0`, `1`, ... for lists)
 * @param attributes  the kernel's own attributes
 */
export type Rule<Attributes> = (
  inputs: Readonly<Record<string, Value>>,
  attributes: Attributes,
  graph: GraphBuilder,
) => Value | readonly Value[];

/** A rule of any kernel; `never` because each rule reads its own kernel's attributes. */
export type AnyRule = Rule<never>;
