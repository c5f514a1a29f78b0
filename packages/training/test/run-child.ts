/** Trains the tiny run in the folder of its first argument, with a line for each event. */
import { env } from '@tensorflow/tfjs-core';
import { trainRun } from '../src/index.js';
import { tinyRun } from './tiny-run.js';

env().set('PROD', true);
for await (const event of trainRun(await tinyRun(process.argv[2]!))) {
  process.stdout.write(`${event.type}\n`);
}
