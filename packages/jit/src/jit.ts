import './gradients.js';
import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Program, Runtime } from './runtime.js';
import { findRuntime } from './runtimes/find.js';
import { flatten, unflatten, type Hosted, type TensorTree, type TreeShape } from './tree.js';
import type { HostTensor, TensorSpec } from './values.js';

export interface CompileEvent {
  readonly name: string;
  /** Dtypes and shapes of the inputs this program is for. */
  readonly signature: string;
  readonly seconds: number;
  /** Name of the runtime that it was compiled for. */
  readonly runtime: string;
}

export interface JitOptions {
  /** Defaults to what {@link findRuntime} finds: tfjs-node-gpu or tfjs-node if installed, else ONNX Runtime. */
  readonly runtime?: Runtime;
  readonly name?: string;
  /** About how often each program will run, where it is known: for few runs ONNX Runtime prepares less. */
  readonly runs?: number;
  /** Told once per input signature, after its program is compiled. */
  readonly onCompile?: (event: CompileEvent) => void;
}

const fields: FieldsOf<JitOptions> = { runtime: true, name: true, runs: true, onCompile: true };

/** A compiled function: host tensors in, fresh host tensors out, in the nesting of the original function. */
export interface JitFunction<I, O> {
  (inputs: Hosted<I>): Promise<Hosted<O>>;
  /** Frees every compiled program. */
  dispose(): Promise<void>;
}

/**
 * Compiles a TensorFlow.js function, once per signature (dtypes and shapes) of its inputs.
 *
 * Whatever the function does on the way, gradients (`valueAndGrads`) included, becomes one program. Tensors it
 * closes over, such as frozen weights, become constants of the program.
 *
 * @param fn  pure: its result depends on its inputs and constants alone; no host reads, no ambient randomness
 * @throws ConfigError  for an option that does not exist, or a runtime that is none
 */
export function jit<I extends TensorTree, O extends TensorTree>(fn: (inputs: I) => O, options: JitOptions = {}): JitFunction<I, O> {
  checkFields('jit', options, Object.keys(fields));
  const given: unknown = options.runtime;
  if (given !== undefined && typeof (given as Partial<Runtime> | null)?.prepare !== 'function') {
    const got = given instanceof Promise ? 'a promise. Await it.' : `${String(given)}. Leave it out for the fastest that is installed.`;
    throw new ConfigError(`jit: runtime: expected one such as eager('cpu') or onnxRuntime() gives, got ${got}`, { details: { field: 'runtime' } });
  }
  const { name = fn.name || 'jit', runs, onCompile } = options;
  const programs = new Map<string, Promise<Compiled>>();

  const compile = async (signature: string, specs: TensorSpec[], names: string[], shape: TreeShape): Promise<Compiled> => {
    const runtime = options.runtime ?? (await defaultRuntime());
    const started = performance.now();
    let outputShape: TreeShape = null;
    const flat = (inputs: Tensor[]) => {
      const outputs = flatten<Tensor>(fn(unflatten(shape, inputs) as I));
      outputShape = outputs.shape;
      return outputs.leaves;
    };
    const program = await runtime.prepare(flat, specs, { name, inputNames: names, runs });
    onCompile?.({ name, signature, seconds: (performance.now() - started) / 1000, runtime: runtime.name });
    return { program, outputShape: () => outputShape };
  };

  const call = async (inputs: unknown): Promise<unknown> => {
    const { leaves, names, shape } = flatten<HostTensor>(inputs);
    const signature = leaves.map((leaf, i) => `${names[i]}:${leaf.dtype}[${leaf.shape.join(',')}]`).join(' ');
    let compiled = programs.get(signature);
    if (!compiled) {
      compiled = compile(signature, leaves, names, shape);
      programs.set(signature, compiled);
      compiled.catch(() => programs.delete(signature));
    }
    const { program, outputShape } = await compiled;
    const outputs = await program.run(leaves);
    return unflatten(outputShape(), outputs);
  };
  const dispose = async () => {
    const compiled = await Promise.allSettled(programs.values());
    programs.clear();
    await Promise.all(compiled.map((result) => (result.status === 'fulfilled' ? result.value.program.dispose() : undefined)));
  };
  return Object.assign(call, { dispose }) as unknown as JitFunction<I, O>;
}

let found: Promise<Runtime> | undefined;
/** Looked for once: which packages are installed does not change while a program runs. */
const defaultRuntime = (): Promise<Runtime> => (found ??= findRuntime());

interface Compiled {
  readonly program: Program;
  readonly outputShape: () => TreeShape;
}
