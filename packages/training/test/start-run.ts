import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('run-child.ts', import.meta.url));

/** Starts the tiny run in a process of its own; its standard output has a line for each event. */
export const startRun = (folder: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream } =>
  spawn(process.execPath, ['--conditions=prefix-tuning-source', '--import', 'tsx', child, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
