#!/usr/bin/env node
import { runCommand } from '@prefix-tuning/cli';
import { scoreCommand } from './command/score.js';

await runCommand(async (args) => {
  process.stdout.write(`${await scoreCommand(args)}\n`);
});
