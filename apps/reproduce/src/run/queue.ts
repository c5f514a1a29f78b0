import type { Progress } from '@prefix-tuning/base';
import { machineMemory } from '@prefix-tuning/jit';
import { writeFailure } from './cache.js';
import type { RunJob } from './execute.js';
import type { FromWorker } from './messages.js';
import type { RunFailure } from './record.js';
import { reasonOf, startWorker, type WorkerProcess } from './worker-process.js';

export interface QueueOptions {
  /** Worker processes at a time. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  readonly onStart: (id: string) => void;
  readonly onProgress: (id: string, progress: Progress) => void;
  readonly onEnd: (id: string, failure: RunFailure | undefined) => void;
  /** A line that a worker wrote to its standard error. */
  readonly onLine: (line: string) => void;
}

/** ONNX Runtime keeps some memory of each session that is freed, so a worker that has grown makes room for a fresh one. */
const memoryLimit = Math.min(3 * 2 ** 30, machineMemory() / 8);

/**
 * Works through runs with worker processes. A run that fails, or takes its process down with it, leaves its reason in its
 * folder and does not stop the others.
 *
 * @returns the failures
 */
export async function workThrough(runs: readonly RunJob[], options: QueueOptions): Promise<RunFailure[]> {
  const waiting = [...runs];
  const failures: RunFailure[] = [];
  const next = () => waiting.shift();
  const lane = async () => {
    let worker: WorkerProcess | undefined;
    for (let job = next(); job; job = next()) {
      worker ??= startWorker(options.onLine);
      const { failure, memory } = await runOne(worker, job, options);
      if (failure) failures.push(failure);
      options.onEnd(job.id, failure);
      if (memory > memoryLimit || !worker.child.connected) worker = void stop(worker);
    }
    if (worker) stop(worker);
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, runs.length) }, lane));
  return failures;
}

function stop({ child }: WorkerProcess): void {
  if (child.connected) child.disconnect();
}

interface Outcome {
  readonly failure: RunFailure | undefined;
  readonly memory: number;
}

function runOne({ child, lastLines }: WorkerProcess, job: RunJob, { threads, onStart, onProgress }: QueueOptions): Promise<Outcome> {
  onStart(job.id);
  lastLines.length = 0;
  return new Promise((resolve) => {
    const finish = (outcome: Outcome) => {
      child.off('message', listen).off('close', died);
      resolve(outcome);
    };
    const listen = (message: FromWorker) => {
      if (message.type === 'progress') onProgress(message.id, message.progress);
      if (message.type === 'done') finish({ failure: undefined, memory: message.memory });
      if (message.type === 'failed') finish({ failure: message.failure, memory: message.memory });
    };
    const died = async (code: number | null, signal: string | null) => {
      const failure = { id: job.id, reason: reasonOf(code, signal, lastLines), stack: lastLines.join('\n') };
      // Where not even that can be written, as on a full disk, terminal and report still have the reason.
      await writeFailure(job.folder, failure).catch(() => {});
      finish({ failure, memory: 0 });
    };
    child.on('message', listen).on('close', died);
    // A worker that died a moment ago takes no message; that it has ended is told above.
    child.send({ job, threads }, () => {});
  });
}
