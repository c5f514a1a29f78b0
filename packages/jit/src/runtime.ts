import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor, TensorSpec } from './values.js';

/** A function over flat lists of tensors: what a runtime prepares. */
export type FlatFunction = (inputs: Tensor[]) => Tensor[];

/** A function prepared for inputs of one signature. */
export interface Program {
  /** Runs once. Outputs are fresh memory that the caller owns. */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  /** Frees what the runtime holds; the program cannot run afterwards. */
  dispose(): Promise<void>;
}

export interface PrepareOptions {
  /** Name for messages and listings. */
  readonly name: string;
  readonly inputNames: readonly string[];
  /** About how often it will run; often unless given. */
  readonly runs?: number | undefined;
}

/** Where programs run: ONNX Runtime on a traced graph, or TensorFlow.js eagerly on one of its backends. */
export interface Runtime {
  readonly name: string;
  prepare(fn: FlatFunction, inputs: readonly TensorSpec[], options: PrepareOptions): Promise<Program>;
}
