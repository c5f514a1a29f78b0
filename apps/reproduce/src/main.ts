import '@tensorflow/tfjs-backend-cpu';
import { runCommand } from '@prefix-tuning/cli';
import { reproduce } from './reproduce.js';

await runCommand(reproduce);
