/** A process that takes one run after another from its parent. It ends when the parent does, or asks it to. */
import '@tensorflow/tfjs-backend-cpu';
import { findRuntime, onnxRuntime, type Runtime } from '@prefix-tuning/jit';
import { disposeModel, loadModel, type Model } from '@prefix-tuning/model';
import { env } from '@tensorflow/tfjs-core';
import { PrefixTuningError } from '@prefix-tuning/base';
import { readResult, writeFailure, writeResult } from './cache.js';
import { executeRun, trainingFolder, type RunJob } from './execute.js';
import type { FromWorker, ToWorker } from './messages.js';
import { removeLeftovers } from './train.js';

// TensorFlow.js greets Node users with an advertisement on first use.
env().set('PROD', true);

const send = (message: FromWorker) => process.send!(message);
let loaded: { readonly folder: string; readonly model: Model } | undefined;

/** The model of a run; the one of the run before stays loaded if it is the same. */
async function modelFrom(folder: string): Promise<Model> {
  if (loaded?.folder === folder) return loaded.model;
  if (loaded) disposeModel(loaded.model);
  loaded = undefined;
  loaded = { folder, model: await loadModel(folder) };
  return loaded.model;
}

/** The machine's runtime; ONNX Runtime with its share of the processors, which alone knows weights of eight bits. */
async function runtimeWith(threads: number, eightBits = false): Promise<Runtime> {
  const session = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  if (eightBits) return onnxRuntime({ weights: 'int8', session });
  const found = await findRuntime();
  return found.name === 'onnx' ? onnxRuntime({ session }) : found;
}

async function run(job: RunJob, threads: number): Promise<void> {
  let drawn = 0;
  try {
    // Another process with the same output folder may have done it since it was planned.
    if (!(await readResult(job.folder))) {
      const result = await executeRun(job, {
        model: await modelFrom(job.modelFolder),
        threads,
        runtime: await runtimeWith(threads, job.spec.eightBits),
        onProgress: (progress) => {
          if (performance.now() - drawn < 100 && progress.done !== progress.total) return;
          drawn = performance.now();
          send({ type: 'progress', id: job.id, progress });
        },
      });
      await writeResult(job.folder, result);
    }
    // Not before: a run that ends without its result decodes again.
    await removeLeftovers(trainingFolder(job.folder));
    send({ type: 'done', id: job.id, memory: process.memoryUsage.rss() });
  } catch (error) {
    const { message, stack = '' } = error as Error;
    const failure = { id: job.id, reason: error instanceof PrefixTuningError ? message : `${(error as Error).name}: ${message}`, stack };
    await writeFailure(job.folder, failure);
    send({ type: 'failed', failure, memory: process.memoryUsage.rss() });
  }
}

process.on('message', ({ job, threads }: ToWorker) => void run(job, threads));
process.on('disconnect', () => process.exit());
