import { runCommand } from '@prefix-tuning/cli';
import { reproduce } from './reproduce.js';

await runCommand(reproduce);
