import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A Python script that answers each line with a line. */
export interface Conversation {
  ask(): Promise<string>;
  /** Closes its input and gives its last line. */
  end(): Promise<string>;
}

/** Starts a script with the Python of `PREFIX_TUNING_PYTHON`, else python3; undefined if it ends before its first line. */
export async function converse(script: string, args: readonly string[]): Promise<Conversation | undefined> {
  const child = spawn(process.env['PREFIX_TUNING_PYTHON'] ?? 'python3', [script, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => (await lines.next()).value as string | undefined;
  if ((await next()) === undefined) return undefined;
  const answer = async () => {
    const line = await next();
    if (line === undefined) throw new Error(`${script} ended before its answer`);
    return line;
  };
  return {
    ask: () => {
      child.stdin.write('\n');
      return answer();
    },
    end: () => {
      child.stdin.end();
      return answer();
    },
  };
}
