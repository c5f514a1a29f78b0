import { engine, getBackend, registerBackend, Variable, type Tensor } from '@tensorflow/tfjs-core';
import '../gradients.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Graph } from '../graph/graph.js';
import { registerRules } from '../rules/index.js';
import type { FlatFunction } from '../runtime.js';
import type { TensorSpec } from '../values.js';
import { TraceBackend } from './backend.js';
import { callSite, VariableAssignError } from './errors.js';
import { registerFused } from './fused.js';
import { registerHold } from './hold.js';

const BACKEND = 'trace';
let backend: TraceBackend | undefined;

/** Whether a trace is under way, for operations that have a better form inside a program. */
export function isTracing(): boolean {
  return getBackend() === BACKEND;
}

/** Those of some tensors that are inputs of an operation while `fn` runs; only inside a trace. */
export function tensorsUsed(tensors: readonly Tensor[], fn: () => unknown): Tensor[] {
  const used = backend!.inputsDuring(fn);
  return tensors.filter(({ dataId }) => used.has(dataId));
}

export interface TraceOptions {
  readonly name?: string;
  readonly inputNames?: readonly string[];
}

/**
 * Runs a function once on tensors without values and records every operation it reaches, gradients included.
 *
 * @param inputs  dtypes and shapes of the inputs; the graph is for these alone
 * @throws UnsupportedKernelError, HostReadError, HostRandomnessError, VariableAssignError  naming the operation and the call site
 */
export function trace(fn: FlatFunction, inputs: readonly TensorSpec[], { name = fn.name || 'fn', inputNames = [] }: TraceOptions = {}): Graph {
  const tracer = (backend ??= install());
  const before = getBackend();
  const builder = new GraphBuilder();
  const { assign } = Variable.prototype;
  tracer.begin(builder);
  engine().setBackend(BACKEND);
  engine().startScope('jit');
  Variable.prototype.assign = refuseToAssign;
  try {
    const tensors = inputs.map((spec) => engine().makeTensorFromTensorInfo(tracer.info(builder.input(spec))));
    const outputs = fn(tensors as Tensor[]).map((tensor) => tracer.valueBehind(tensor));
    return builder.finish(name, inputNames, outputs);
  } finally {
    Variable.prototype.assign = assign;
    engine().endScope();
    tracer.end();
    if (before) engine().setBackend(before);
    // No backend was chosen yet: TensorFlow.js chooses at its next operation, as if there had been no trace.
    else Object.assign(engine(), { backendName: undefined, backendInstance: undefined });
  }
}

/** Refused before it happens: TensorFlow.js frees a variable's numbers when it takes new ones. */
function refuseToAssign(this: Variable): never {
  throw new VariableAssignError(
    `jit: a traced function assigned to the variable ${this.name}, but it has no numbers before the program runs. ` +
      `Return the new value and assign it outside. (At ${callSite()})`,
    { details: { variable: this.name } },
  );
}

function install(): TraceBackend {
  const made = new TraceBackend();
  // Priority 0: TensorFlow.js never chooses this backend by itself.
  registerBackend(BACKEND, () => made, 0);
  registerRules(BACKEND, made);
  registerHold(BACKEND, made);
  registerFused(BACKEND, made);
  return made;
}
