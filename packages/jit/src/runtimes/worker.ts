import { PrefixTuningError } from '@prefix-tuning/base';
import type * as WorkerThreads from 'node:worker_threads';
import type * as NodeModule from 'node:module';
import type { OnnxRuntimeModule, OnnxSession, OnnxTensor } from './onnx.js';

/** A worker thread could not be had, or ended before it answered. */
export class WorkerError extends PrefixTuningError {
  readonly code = 'WORKER';
}

interface Reply {
  readonly id: number;
  readonly error?: string;
  readonly value?: unknown;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * What the worker runs. It stands here as text because a package is one bundled file, and a worker needs a file of its
 * own or a text. Results are copied once, into memory that then moves to the caller.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const ort = require(workerData);
const sessions = new Map();
let next = 0;
const own = (view) => (view.buffer instanceof SharedArrayBuffer ? view.slice() : view);
const calls = {
  async create({ bytes, options }) {
    const session = await ort.InferenceSession.create(bytes, options);
    sessions.set(next, session);
    return { key: next++, inputNames: session.inputNames };
  },
  async run({ key, feeds }) {
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new ort.Tensor(type, own(data), dims)]));
    const results = await sessions.get(key).run(inputs);
    return Object.fromEntries(Object.entries(results).map(([name, { type, data, dims }]) => [name, { type, data: data.slice(), dims }]));
  },
  async release({ key }) {
    await sessions.get(key).release();
    sessions.delete(key);
  },
};
parentPort.on('message', async ({ id, call, argument }) => {
  try {
    const value = await calls[call](argument);
    const moved = call === 'run' ? [...new Set(Object.values(value).map(({ data }) => data.buffer))] : [];
    parentPort.postMessage({ id, value }, moved);
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
`;

/** A thread that answers calls one after the other. It starts with the first call and ends with the last session. */
class SessionWorker {
  private thread: WorkerThreads.Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  private sessions = 0;

  async create(bytes: Uint8Array, options: unknown): Promise<OnnxSession> {
    const { key, inputNames } = (await this.call('create', { bytes, options })) as { key: number; inputNames: readonly string[] };
    this.sessions++;
    return {
      inputNames,
      run: async (feeds) => {
        const plain = Object.entries(feeds).map(([name, { type, data, dims }]) => [name, { type, data, dims }]);
        return (await this.call('run', { key, feeds: Object.fromEntries(plain) })) as Record<string, OnnxTensor>;
      },
      release: async () => {
        await this.call('release', { key });
        if (--this.sessions === 0) await this.end();
      },
    };
  }

  private call(call: string, argument: unknown): Promise<unknown> {
    const thread = (this.thread ??= this.start());
    const id = this.nextId++;
    // Only a call under way keeps the process alive.
    thread.ref();
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      thread.postMessage({ id, call, argument });
    });
  }

  private start(): WorkerThreads.Worker {
    const { threads, modules } = builtins();
    const thread = new threads.Worker(WORKER, { eval: true, workerData: modules.createRequire(import.meta.url).resolve('onnxruntime-node') });
    thread.on('message', ({ id, error, value }: Reply) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (this.pending.size === 0) thread.unref();
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    thread.on('error', (cause: unknown) => this.fail(new WorkerError('jit: the worker that runs ONNX Runtime failed.', { cause })));
    thread.on('exit', (code: number) => this.fail(new WorkerError(`jit: the worker that runs ONNX Runtime ended with code ${code} before it answered.`)));
    return thread;
  }

  private fail(error: WorkerError): void {
    this.thread = undefined;
    this.pending.forEach(({ reject }) => reject(error));
    this.pending.clear();
  }

  private async end(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    await thread?.terminate();
  }
}

function builtins(): { threads: typeof WorkerThreads; modules: typeof NodeModule } {
  // Not imported, so that a bundle for browsers need not know of them.
  const load = globalThis.process?.getBuiltinModule;
  if (!load) {
    throw new WorkerError(
      'onnxRuntime: expected Node.js for worker: true, got another host. ' +
        'In a browser, set env.wasm.proxy of onnxruntime-web instead; it then runs in a web worker.',
    );
  }
  return { threads: load('node:worker_threads'), modules: load('node:module') };
}

/**
 * onnxruntime-node in a worker thread, so that a run does not block the caller's event loop. Models and inputs are
 * copied to the worker unless they lie in a SharedArrayBuffer; outputs move back without a copy.
 */
export function onnxRuntimeInWorker(): OnnxRuntimeModule {
  const worker = new SessionWorker();
  class Tensor implements OnnxTensor {
    constructor(
      readonly type: string,
      readonly data: OnnxTensor['data'],
      readonly dims: readonly number[],
    ) {}
  }
  return { InferenceSession: { create: (bytes, options) => worker.create(bytes, options) }, Tensor };
}
