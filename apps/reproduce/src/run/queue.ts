import type { Progress } from '@prefix-tuning/base';
import { fork, type ChildProcess } from 'node:child_process';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { RunJob } from './execute.js';
import type { FromWorker } from './messages.js';
import type { RunFailure } from './record.js';

export interface QueueOptions {
  /** Worker processes at a time. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  readonly onStart: (id: string) => void;
  readonly onProgress: (id: string, progress: Progress) => void;
  readonly onEnd: (id: string, failure: RunFailure | undefined) => void;
}

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));

/** ONNX Runtime keeps some memory of each session that is freed, so a worker that has grown makes room for a fresh one. */
const memoryLimit = Math.min(3 * 2 ** 30, totalmem() / 8);

/**
 * Works through runs with worker processes. A run that fails, or takes its process down with it, does not stop the others.
 *
 * @returns the failures
 */
export async function workThrough(runs: readonly RunJob[], options: QueueOptions): Promise<RunFailure[]> {
  const waiting = [...runs];
  const failures: RunFailure[] = [];
  const next = () => waiting.shift();
  const lane = async () => {
    let worker: ChildProcess | undefined;
    for (let job = next(); job; job = next()) {
      worker ??= startWorker();
      const { failure, memory } = await runOne(worker, job, options);
      if (failure) failures.push(failure);
      options.onEnd(job.id, failure);
      if (memory > memoryLimit || !worker.connected) worker = void stop(worker);
    }
    if (worker) stop(worker);
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, runs.length) }, lane));
  return failures;
}

/** With the options of this process, so that it runs from source where this one does. */
const startWorker = (): ChildProcess => fork(workerFile, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

function stop(worker: ChildProcess): void {
  if (worker.connected) worker.disconnect();
}

interface Outcome {
  readonly failure: RunFailure | undefined;
  readonly memory: number;
}

function runOne(worker: ChildProcess, job: RunJob, { threads, onStart, onProgress }: QueueOptions): Promise<Outcome> {
  onStart(job.id);
  return new Promise((resolve) => {
    const finish = (outcome: Outcome) => {
      worker.off('message', listen).off('exit', died);
      resolve(outcome);
    };
    const listen = (message: FromWorker) => {
      if (message.type === 'progress') onProgress(message.id, message.progress);
      if (message.type === 'done') finish({ failure: undefined, memory: message.memory });
      if (message.type === 'failed') finish({ failure: message.failure, memory: message.memory });
    };
    const died = (code: number | null, signal: string | null) =>
      finish({ failure: { id: job.id, reason: `the worker process ended by itself (${signal ?? `exit code ${code}`}), perhaps for lack of memory: try --jobs 1`, stack: '' }, memory: 0 });
    worker.on('message', listen).on('exit', died);
    worker.send({ job, threads });
  });
}
