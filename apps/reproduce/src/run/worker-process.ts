import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));

/** Lines of its standard error that are kept of a worker, for when it dies. */
const kept = 40;
/** Of these, what a reason quotes; a stack belongs in the file. */
const quoted = 4;

/** A process that takes runs, and the last lines that it wrote to its standard error. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Whoever starts a run empties it: what was said in one run is no reason for another. */
  readonly lastLines: string[];
}

/**
 * Starts a worker with the options of this process, so that it runs from source where this one does.
 *
 * @param onLine  takes what it writes to its standard error, line by line
 */
export function startWorker(onLine: (line: string) => void): WorkerProcess {
  const child = fork(workerFile, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const lastLines: string[] = [];
  const keep = (line: string) => {
    lastLines.push(line);
    if (lastLines.length > kept) lastLines.shift();
  };
  child.on('error', ({ message }) => keep(message));
  createInterface({ input: child.stderr! }).on('line', (line) => {
    keep(line);
    onLine(line);
  });
  return { child, lastLines };
}

/** Why a worker ended: the signal or exit code, and what it said last. */
export function reasonOf(code: number | null, signal: string | null, lastLines: readonly string[]): string {
  const said = lastLines.filter((line) => /\w/.test(line) && !/^\s*(at |\d+: 0x|Node\.js v)/.test(line)).slice(-quoted).map((line) => line.trim());
  // Windows has no signals: crashes have exit codes of their own, and Node gives 134 where memory runs out.
  const crashed = signal !== null || code === 134 || (code ?? 0) >= 0xc0000000;
  const cure = crashed ? 'Where memory ran out, try fewer --jobs; the next time, it is tried again.' : 'The next time, it is tried again.';
  return `worker process: expected it to finish the run, it ended with ${signal ?? `exit code ${code}`}${said.length > 0 ? ` after "${said.join(' / ')}"` : ''}. ${cure}`;
}
