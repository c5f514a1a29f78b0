#!/usr/bin/env node
import { runCommand } from '@prefix-tuning/cli';
import { tuneCommand } from './command.js';

await runCommand(async (args) => tuneCommand(args, (text) => void process.stdout.write(text)));
