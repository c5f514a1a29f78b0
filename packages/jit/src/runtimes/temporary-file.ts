import { FileError } from '@prefix-tuning/base';
import type { MemoryConstant } from '../graph/graph.js';
import { modules, temporaryFolder, temporaryVariable } from './temporary-folder.js';

/** Node refuses writes of 2 GiB. */
const WRITE_BYTES = 2 ** 30;

let folder: string | undefined;
let files = 0;

/** A file of constants in the temporary folder of this process, written from its beginning to its end; it is there from the first write on. */
export class TemporaryFile {
  private at: { readonly path: string; readonly handle: number } | undefined;
  private size = 0;

  /**
   * Writes numbers behind what is there.
   *
   * @returns  where they lie
   * @throws FileError  if there is no room for them
   */
  append(data: MemoryConstant['data']): { readonly path: string; readonly offset: number } {
    const offset = this.size;
    const end = offset + data.byteLength;
    try {
      const { path, handle } = (this.at ??= open());
      while (this.size < end) this.size += modules()!.fs.writeSync(handle, data, this.size - offset, Math.min(end - this.size, WRITE_BYTES));
      return { path, offset };
    } catch (cause) {
      const file = this.at?.path ?? folder ?? modules()!.os.tmpdir();
      throw new FileError(`${file}: expected room for at least ${end} bytes of constants, got ${(cause as Error).message}. Make room there, or name another folder in ${temporaryVariable()}.`, { cause, details: { file, bytes: end } });
    }
  }

  /** No more is written. */
  close(): void {
    if (this.at) modules()!.fs.closeSync(this.at.handle);
  }

  remove(): void {
    try {
      if (this.at) modules()!.fs.rmSync(this.at.path, { force: true });
    } catch {
      // Windows keeps a file that is still mapped; it goes with its folder, with this process or the next.
    }
  }
}

function open(): { path: string; handle: number } {
  const { fs, path } = modules()!;
  const file = path.join((folder ??= temporaryFolder()), `constants-${files++}.bin`);
  return { path: file, handle: fs.openSync(file, 'w') };
}
