/** The tiny run as a process of its own runs it. */
import { env } from '@tensorflow/tfjs-core';
import { trainRun, type RunEvent } from '../src/index.js';
import { tinyRun } from './tiny-run.js';

export default async function* start({ folder, learningRate = 0.02 }: { folder: string; learningRate?: number }): AsyncGenerator<RunEvent> {
  env().set('PROD', true);
  yield* trainRun(await tinyRun(folder, { hyperparameters: { learningRate, steps: 40, warmupSteps: 2 } }));
}
