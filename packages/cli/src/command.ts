import { ConfigError, nodeModule, PrefixTuningError } from '@prefix-tuning/base';
import type { ParseArgsConfig } from 'node:util';

const { parseArgs } = nodeModule('node:util');

/**
 * The frame of every command line: runs `main`, prints one clear line for bad input, and sets the exit code.
 *
 * Exit code 0: done, or the usage printed as `--help` asked; 1: bad input or failed work (one line for an error of ours, the stack for a bug of ours).
 */
export async function runCommand(main: (args: string[]) => Promise<void>, args = process.argv.slice(2)): Promise<void> {
  process.stdout.on('error', endIfUnread);
  try {
    await main(args);
  } catch (error) {
    if (error instanceof HelpWanted) return void process.stdout.write(`${error.message}\n`);
    process.exitCode = 1;
    const text = error instanceof PrefixTuningError ? `error: ${error.message}` : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`);
  }
}

/** Whoever read the output has closed it, such as `head`: there is nobody left to write for. */
function endIfUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; strict: true; allowPositionals: false }>>['values'];

/** `--help` or `-h` was given: the message is the usage, which `runCommand` prints. */
export class HelpWanted extends Error {}

/**
 * Parses `--name value` options strictly: an unknown option or a missing value is a ConfigError that shows the usage.
 *
 * @throws HelpWanted  with the usage, if `--help` or `-h` is among the arguments, whatever the others are
 */
export function parseOptions<O extends Options>(args: string[], options: O, usage: string): Values<O> {
  if (args.includes('--help') || args.includes('-h')) throw new HelpWanted(usage);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError(`command line: ${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}
