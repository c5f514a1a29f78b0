#!/usr/bin/env node
import { runCommand } from '@prefix-tuning/cli';
import { datasetsCommand } from './command.js';

await runCommand((args) => datasetsCommand(args, (text) => void process.stdout.write(text)));
