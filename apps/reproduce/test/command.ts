import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called twenty times a second while it runs. */
  readonly watch?: (child: ChildProcess) => unknown;
}

/** Runs the command as a user does, in a process of its own. */
export function runReproduce(args: readonly string[], { cwd, env = {}, watch }: CommandOptions): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=prefix-tuning-source', '--import', tsx, main, ...args], { cwd, env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const timer = watch && setInterval(() => watch(child), 50);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, stdout, stderr });
    }),
  );
}

export const set = (...settings: string[]): string[] => settings.flatMap((setting) => ['--set', setting]);

/** Two steps, four test inputs, little data. */
export const short = ['--max-steps', '2', ...set('test=4', 'data/train=120', 'data/dev=20', 'data/test=12')];
