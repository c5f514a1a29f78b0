import { checkFields, ConfigError, PrefixTuningError, type FieldsOf } from '@prefix-tuning/base';
import type { InferenceSession } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.js';
import { toOnnx, type OnnxModel } from '../graph/onnx.js';
import { peakBytes } from '../graph/peak.js';
import { staggerRows } from '../graph/stagger.js';
import type { Program, Runtime } from '../runtime.js';
import { trace } from '../trace/trace.js';
import type { DType, HostData, HostTensor } from '../values.js';
import { decode } from './decoded.js';
import { reserveIdleMemory } from './idle-memory.js';
import { layoutFor, type WeightLayout } from './packing.js';
import { QuantisedWeights } from './quantised.js';
import { SharedWeights, type SaveSession, type Shared } from './shared-weights.js';
import { spill } from './spill.js';
import { onnxRuntimeInWorker } from './worker.js';

export interface OnnxTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntimeModule {
  readonly InferenceSession: { create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<OnnxSession> };
  readonly Tensor: new (type: DType, data: HostData, dims: readonly number[]) => OnnxTensor;
}

export interface OnnxRuntimeOptions {
  /**
   * Loads the module; onnxruntime-node unless given. Bundlers put onnxruntime-web in its place in a browser, by the
   * `browser` field of this package; pass `() => import('onnxruntime-web/webgpu')` for one of its variants.
   */
  readonly load?: () => Promise<object>;
  /** Runs in a worker thread of Node.js, so that the event loop of the caller stays free. */
  readonly worker?: boolean;
  /** How frozen weights lie in memory, and how exact they are; `packed` or `mapped`, decided for each program, unless given. */
  readonly weights?: WeightLayout;
  /** Merged into the options of every session, such as `executionProviders` or `intraOpNumThreads`. */
  readonly session?: InferenceSession.SessionOptions;
}

const fields: FieldsOf<OnnxRuntimeOptions> = { load: true, worker: true, weights: true, session: true };

/** ONNX Runtime refused a traced graph or failed while running it. */
export class OnnxRuntimeError extends PrefixTuningError {
  readonly code = 'ONNX_RUNTIME';
}

const loadDefault = async (): Promise<object> => {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const { message = '', code } = cause as NodeJS.ErrnoException;
    // The package is there, and not its library for this machine, or what that needs.
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') {
      throw new OnnxRuntimeError(
        `onnxRuntime: expected onnxruntime-node to load on ${process.platform} ${process.arch}, got: ${message.split('\n')[0]}. It has libraries for Linux with glibc and Windows on x64 and arm64, ` +
          "and for macOS on arm64; on Windows they need Microsoft's Visual C++ Redistributable. Elsewhere, pass another runtime, such as eager('wasm').",
        { cause },
      );
    }
    throw new OnnxRuntimeError(
      'onnxRuntime: expected onnxruntime-node in Node.js or onnxruntime-web in a browser, got neither. ' +
        'Install the one for your host, or pass `load`.',
      { cause },
    );
  }
};

/**
 * Runs functions as traced ONNX graphs: natively in Node, or wherever `load` finds ONNX Runtime.
 *
 * @throws ConfigError  for an option that does not exist, or weights of eight bits where they cannot run
 */
export function onnxRuntime(options: OnnxRuntimeOptions = {}): Runtime {
  checkFields('onnxRuntime', options, Object.keys(fields));
  const { load = loadDefault, worker = false, session = {}, weights } = options;
  const module = once(worker ? async () => onnxRuntimeInWorker() : load);
  const providers = (session.executionProviders ?? []).map((provider) => (typeof provider === 'string' ? provider : provider.name));
  checkWeights(weights, providers);
  return {
    name: ['onnx', ...(worker ? ['worker'] : []), ...(weights === 'int8' ? [weights] : []), ...providers].join(':'),
    async prepare(fn, inputs, { name, inputNames, runs }) {
      const graph = trace(fn, inputs, { name, inputNames });
      return compile(graph, (await module()) as OnnxRuntimeModule, { session, weights: weights ?? layoutFor(graph, { runs }), alone: weights !== undefined || runs === undefined, ownKernels: !session.executionProviders, inNode: load === loadDefault });
    },
  };
}

function checkWeights(weights: WeightLayout | undefined, providers: readonly string[]): void {
  const known: readonly (WeightLayout | undefined)[] = ['packed', 'mapped', 'int8', undefined];
  if (!known.includes(weights)) throw new ConfigError(`onnxRuntime: expected weights to be packed, mapped or int8, got ${String(weights)}. Correct the option.`, { details: { weights } });
  const others = providers.filter((provider) => !['cpu', 'wasm'].includes(provider));
  if (weights === 'int8' && others.length > 0) {
    throw new ConfigError(`onnxRuntime: expected weights of eight bits to run on the cpu or wasm, got ${others.join(', ')}. Leave out weights or executionProviders.`, { details: { weights, providers } });
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

interface Settings extends Required<Pick<OnnxRuntimeOptions, 'session' | 'weights'>> {
  /** Whether a program may be the only one with its weights: nobody said that there is a run to come. */
  readonly alone: boolean;
  /** Whether programs run on ONNX Runtime's own kernels, for which rows are set apart. */
  readonly ownKernels: boolean;
  /** Whether the module is onnxruntime-node, whose sessions can share what they packed. */
  readonly inNode: boolean;
}

const sharedWeights = new SharedWeights();
const quantisedWeights = new QuantisedWeights();

/** Files that the model names are looked for in its folder, and their pages mapped; other large constants are handed over. */
function sessionOptions({ external, folder }: OnnxModel, { session, weights }: Settings): InferenceSession.SessionOptions {
  const { session: own, ...extra } = (session.extra ?? {}) as { session?: object };
  const entries = { ...(folder ? { model_external_initializers_file_folder_path: folder } : {}), ...(weights === 'mapped' ? { disable_prepacking: '1' } : {}), ...own };
  // The pattern of a first run's memory is laid out as one block beside the memory that the run took: twice as much.
  const memory = weights === 'mapped' ? { enableMemPattern: false } : {};
  return { graphOptimizationLevel: 'all', logSeverityLevel: 3, externalData: [...external], ...memory, ...session, extra: { ...extra, session: entries } };
}

/** Starts a session only for what it writes: the model with its weights and their packed copies. */
export const savingWith = (ort: OnnxRuntimeModule, settings: Settings): SaveSession => async (model, to) => {
  const entries = {
    optimized_model_external_initializers_file_name: to.weights,
    optimized_model_external_initializers_min_size_in_bytes: '1',
    save_external_prepacked_constant_initializers: '1',
  };
  const session = { graphOptimizationLevel: 'basic', optimizedModelFilePath: to.model, extra: { session: entries } } as const;
  await (await ort.InferenceSession.create(model.bytes, sessionOptions(model, { ...settings, session }))).release();
};

/** The graph with its constants where a session is to find them. */
async function place(graph: Graph, ort: OnnxRuntimeModule, settings: Settings): Promise<Shared> {
  const { weights, ownKernels, inNode } = settings;
  const rounded: Shared = weights === 'int8' ? quantisedWeights.in(graph) : { graph, release: () => {} };
  const laid = weights === 'packed' && ownKernels ? staggerRows(graph) : rounded.graph;
  if (!ownKernels || !inNode || weights === 'mapped') return { ...rounded, graph: laid };
  const shared = await sharedWeights.share(laid, savingWith(ort, settings), settings);
  // Of each only the end: the graphs hold their constants.
  const ends = [shared.release, rounded.release];
  return { graph: shared.graph, release: () => ends.forEach((end) => end()) };
}

async function compile(graph: Graph, ort: OnnxRuntimeModule, settings: Settings): Promise<Program> {
  const { graph: placed, release: releaseWeights } = spill(decode(await place(graph, ort, settings)));
  const idle = reserveIdleMemory(peakBytes(placed));
  const release = () => {
    idle.release();
    releaseWeights();
  };
  const memory = idle.granted ? {} : { enableCpuMemArena: false };
  const { session, inputNames, outputNames } = await start(placed, ort, { ...settings, session: { ...memory, ...settings.session } }).catch((error: unknown) => {
    release();
    throw error;
  });
  // What follows lives as long as the program, and must not hold the graph: its constants may be large, and the session has its own.
  const { name } = graph;
  const dtypes = graph.outputs.map(({ dtype }) => dtype as DType);
  // ONNX Runtime drops inputs that no operator reads, and refuses to be fed them.
  const fed = inputNames.map((name) => session.inputNames.includes(name));
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(inputs.flatMap((input, i) => (fed[i] ? [[inputNames[i]!, toOrt(ort, input)]] : [])));
      const results = await session.run(feeds).catch((cause: Error) => {
        throw new OnnxRuntimeError(`jit: ${name} failed while running: ${cause.message}`, { cause });
      });
      return outputNames.map((name, i) => fromOrt(results[name]!, dtypes[i]!));
    },
    dispose: () => session.release().finally(release),
  };
}

interface Started extends Pick<OnnxModel, 'inputNames' | 'outputNames'> {
  readonly session: OnnxSession;
}

async function start(graph: Graph, ort: OnnxRuntimeModule, settings: Settings): Promise<Started> {
  const model = toOnnx(graph);
  try {
    const session = await ort.InferenceSession.create(model.bytes, sessionOptions(model, settings));
    return { session, inputNames: model.inputNames, outputNames: model.outputNames };
  } catch (cause) {
    throw new OnnxRuntimeError(`jit: ONNX Runtime refused the graph of ${graph.name}: ${(cause as Error).message}`, { cause });
  }
}

function toOrt(ort: OnnxRuntimeModule, { dtype, data, shape }: HostTensor): OnnxTensor {
  return new ort.Tensor(dtype, data, shape);
}

function fromOrt(tensor: OnnxTensor, dtype: DType): HostTensor {
  return { dtype, shape: tensor.dims, data: tensor.data as HostData };
}
