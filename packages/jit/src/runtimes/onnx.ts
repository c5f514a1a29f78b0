import { PrefixTuningError } from '@prefix-tuning/base';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { toOnnx } from '../graph/onnx.js';
import type { Graph } from '../graph/graph.js';
import type { Program, Runtime } from '../runtime.js';
import { trace } from '../trace/trace.js';
import type { DType, HostData, HostTensor } from '../values.js';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntimeModule {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof OrtTensor;
}

export interface OnnxRuntimeOptions {
  /** Loads the module; onnxruntime-node unless given. Pass `() => import('onnxruntime-web')` in a browser. */
  readonly load?: () => Promise<OnnxRuntimeModule>;
  /** Merged into the options of every session, such as `executionProviders` or `intraOpNumThreads`. */
  readonly session?: InferenceSession.SessionOptions;
}

/** ONNX Runtime refused a traced graph or failed while running it. */
export class OnnxRuntimeError extends PrefixTuningError {
  readonly code = 'ONNX_RUNTIME';
}

const loadNode = async (): Promise<OnnxRuntimeModule> => (await import('onnxruntime-node')) as unknown as OnnxRuntimeModule;

/** Runs functions as traced ONNX graphs: natively in Node, or wherever `load` finds ONNX Runtime. */
export function onnxRuntime({ load = loadNode, session: sessionOptions }: OnnxRuntimeOptions = {}): Runtime {
  return {
    name: 'onnx',
    async prepare(fn, inputs, { name, inputNames }) {
      const graph = trace(fn, inputs, { name, inputNames });
      return compile(graph, await load(), sessionOptions);
    },
  };
}

async function compile(graph: Graph, ort: OnnxRuntimeModule, options: InferenceSession.SessionOptions = {}): Promise<Program> {
  const model = toOnnx(graph);
  const session = await ort.InferenceSession.create(model.bytes, {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    externalData: model.external.map(({ path, data }) => ({ path, data })),
    ...options,
  }).catch((cause: Error) => {
    throw new OnnxRuntimeError(`jit: ONNX Runtime refused the graph of ${graph.name}: ${cause.message}`, { cause });
  });
  // ONNX Runtime drops inputs that no operator reads, and refuses to be fed them.
  const fed = model.inputNames.map((name) => session.inputNames.includes(name));
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(inputs.flatMap((input, i) => (fed[i] ? [[model.inputNames[i]!, toOrt(ort, input)]] : [])));
      const results = await session.run(feeds).catch((cause: Error) => {
        throw new OnnxRuntimeError(`jit: ${graph.name} failed while running: ${cause.message}`, { cause });
      });
      return model.outputNames.map((name, i) => fromOrt(results[name]!, graph.outputs[i]!.dtype as DType));
    },
    dispose: () => session.release(),
  };
}

function toOrt(ort: OnnxRuntimeModule, { dtype, data, shape }: HostTensor): OrtTensor {
  return new ort.Tensor(dtype, data as never, shape as number[]);
}

function fromOrt(tensor: OrtTensor, dtype: DType): HostTensor {
  return { dtype, shape: tensor.dims, data: tensor.data as HostData };
}
