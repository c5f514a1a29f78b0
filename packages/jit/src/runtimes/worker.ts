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

/** A thread that answers calls one after the other. */
class SessionThread {
  /** Sessions that are there or about to be. */
  sessions = 0;
  /** Why it answers no more. */
  failure: WorkerError | undefined;
  private readonly worker: WorkerThreads.Worker;
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;

  constructor() {
    const { threads, modules } = builtins();
    this.worker = new threads.Worker(WORKER, { eval: true, workerData: modules.createRequire(import.meta.url).resolve('onnxruntime-node') });
    this.worker.on('message', ({ id, error, value }: Reply) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (this.pending.size === 0) this.worker.unref();
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.worker.on('error', (cause: unknown) => this.fail(new WorkerError('jit: the worker that runs ONNX Runtime failed.', { cause })));
    this.worker.on('exit', (code: number) => this.fail(new WorkerError(`jit: the worker that runs ONNX Runtime ended with code ${code} before it answered.`)));
  }

  call(call: string, argument: unknown): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.nextId++;
    // Only a call under way keeps the process alive.
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage({ id, call, argument });
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: WorkerError): void {
    this.failure ??= error;
    this.pending.forEach(({ reject }) => reject(error));
    this.pending.clear();
  }
}

/** Sessions in one thread, which starts with the first and ends with the last. */
class SessionWorker {
  private thread: SessionThread | undefined;

  async create(bytes: Uint8Array, options: unknown): Promise<OnnxSession> {
    const thread = this.thread && !this.thread.failure ? this.thread : (this.thread = new SessionThread());
    // Counted before it is there, so that the end of another session does not end the thread that makes this one.
    thread.sessions++;
    const { key, inputNames } = (await thread.call('create', { bytes, options }).catch(async (error: unknown) => {
      await this.leave(thread);
      throw error;
    })) as { key: number; inputNames: readonly string[] };
    return {
      inputNames,
      run: async (feeds) => {
        const plain = Object.entries(feeds).map(([name, { type, data, dims }]) => [name, { type, data, dims }]);
        return (await thread.call('run', { key, feeds: Object.fromEntries(plain) })) as Record<string, OnnxTensor>;
      },
      release: async () => {
        await thread.call('release', { key });
        await this.leave(thread);
      },
    };
  }

  private async leave(thread: SessionThread): Promise<void> {
    if (--thread.sessions > 0) return;
    if (this.thread === thread) this.thread = undefined;
    await thread.end();
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
