/**
 * A process of its own that runs the prefix step three times and prints the most memory it ever had resident, in bytes:
 * Node, the weights' mapped pages and everything else.
 */
import { jit } from '@prefix-tuning/jit';
import { batch, past, prefixStep, weightsInFile } from './gpt2.js';
import * as tf from '@tensorflow/tfjs-core';

tf.env().set('PROD', true);
const weights = weightsInFile();
const step = jit(prefixStep(weights.parameters));
for (let i = 0; i < 3; i++) await step({ past, batch });
await step.dispose();
weights.dispose();
process.stdout.write(`${1024 * process.resourceUsage().maxRSS}\n`);
