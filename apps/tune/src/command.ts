import '@tensorflow/tfjs-backend-cpu';
import { ConfigError } from '@prefix-tuning/base';
import { HelpWanted } from '@prefix-tuning/cli';
import { env } from '@tensorflow/tfjs-core';
import { trainUsage } from './train-options.js';
import { trainCommand } from './train.js';
import { writeCommand, writeUsage } from './write.js';

/** Takes what is printed; progress goes to standard error. */
export type Write = (text: string) => void;

const commands = { train: trainCommand, write: writeCommand } as const;

const usage = `prefix-tuning train ...   adapts a language model to your pairs of texts
prefix-tuning write ...   writes with what was trained

${trainUsage}

${writeUsage}`;

/**
 * The command line.
 *
 * @throws ConfigError  if there is no such command, or an option is unknown or out of range
 */
export async function tuneCommand([name = '', ...args]: string[], write: Write): Promise<void> {
  if (name === '--help' || name === '-h') throw new HelpWanted(usage);
  if (!Object.hasOwn(commands, name)) throw new ConfigError(`expected a command, train or write, got ${name || 'none'}.\n\n${usage}`);
  env().set('PROD', true);
  await commands[name as keyof typeof commands](args, write);
}
