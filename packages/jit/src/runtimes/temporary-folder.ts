import type * as FileSystem from 'node:fs';
import type * as OperatingSystem from 'node:os';
import type * as Path from 'node:path';

const NAME = 'prefix-tuning-weights-';

/** What names the folder for temporary files. */
export const temporaryVariable = (): string => (process.platform === 'win32' ? 'TEMP' : 'TMPDIR');

/** A folder of this process, which ends with it; those of processes that were killed are removed. */
export function temporaryFolder(): string {
  const { fs, os, path } = modules()!;
  const root = fs.realpathSync(os.tmpdir());
  for (const name of fs.readdirSync(root)) {
    if (name.startsWith(NAME) && !isAlive(parseInt(name.slice(NAME.length)))) removeIfPossible(path.join(root, name));
  }
  const folder = fs.mkdtempSync(path.join(root, `${NAME}${process.pid}-`));
  process.once('exit', () => removeIfPossible(folder));
  return folder;
}

function removeIfPossible(folder: string): void {
  try {
    modules()!.fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's, who will remove it; or one of its files is still mapped, which Windows keeps: the next process removes it.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What only Node.js has; not imported, so that a bundle for browsers need not know of it. */
export function modules(): { fs: typeof FileSystem; os: typeof OperatingSystem; path: typeof Path } | undefined {
  const load = globalThis.process?.getBuiltinModule;
  return load && { fs: load('node:fs'), os: load('node:os'), path: load('node:path') };
}
