import { FileError, nodeModule } from '@prefix-tuning/base';
import type { TrainingState } from '../loop/events.js';

const { appendFile, open, readFile, truncate } = nodeModule('node:fs/promises');

/** A file of JSON lines that grows with the run. */
export interface RunLog {
  append(line: Readonly<Record<string, unknown>>): Promise<void>;
  /** Returns when every line is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a run's log where its checkpoint left it: lines after the checkpoint are cut off, as their steps are done again.
 *
 * @throws FileError  if it cannot be read or written, or has lost lines from before the checkpoint
 */
export async function openLog(path: string, state: TrainingState | undefined): Promise<RunLog> {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      throw new FileError(`${path}: expected to write the log, got ${(cause as Error).message}. Free some space or check the permissions, then start the run again: it goes on from its last checkpoint.`, {
        details: { file: path },
        cause,
      });
    }
  };
  await guarded(async () => {
    await appendFile(path, '');
    await truncate(path, keptBytes(path, await readFile(path), state));
  });
  const handle = await guarded(() => open(path, 'a'));
  return {
    append: (line) => guarded(() => handle.appendFile(`${JSON.stringify(line)}\n`)),
    flush: () => guarded(() => handle.sync()),
    close: () => handle.close(),
  };
}

/** What a line is about; after all steps if it is torn, as a loss of power leaves the end of a file. */
function lineOf(text: string): { readonly type: string; readonly step: number } {
  try {
    return JSON.parse(text) as { type: string; step: number };
  } catch {
    return { type: 'torn', step: Infinity };
  }
}

/** Length of the lines that a state knows of. */
function keptBytes(path: string, content: Buffer, state: TrainingState | undefined): number {
  let [end, steps] = [0, 0];
  if (!state) return end;
  for (let next = content.indexOf('\n'); next >= 0; next = content.indexOf('\n', end)) {
    const { type, step } = lineOf(content.toString('utf8', end, next));
    if (step > (type === 'step' ? state.step : state.watch.looked)) break;
    if (type === 'step') steps++;
    end = next + 1;
  }
  if (steps === state.step) return end;
  throw new FileError(`${path}: expected a line for each of the checkpoint's ${state.step} steps, got ${steps}. Put the file back, or delete the run's folder and train again.`, {
    details: { file: path, steps },
  });
}
