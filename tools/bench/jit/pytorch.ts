import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface PyTorch {
  step(): Promise<void>;
  end(): void;
}

/** The same prefix step in PyTorch, if Python with torch is there (`PREFIX_TUNING_PYTHON`, else python3). */
export async function startPyTorch(): Promise<PyTorch | undefined> {
  const script = fileURLToPath(new URL('pytorch_prefix_step.py', import.meta.url));
  const child = spawn(process.env['PREFIX_TUNING_PYTHON'] ?? 'python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => child.stdout.destroy());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value as string | undefined;
  if ((await answer()) !== 'ready') return undefined;
  const step = async () => {
    child.stdin.write('step\n');
    if ((await answer()) !== 'done') throw new Error('pytorch_prefix_step.py ended');
  };
  return { step, end: () => child.stdin.end() };
}
