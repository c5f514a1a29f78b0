import { FileError } from '@prefix-tuning/base';
import { substitute, type MemoryConstant } from '../graph/graph.js';
import { EXTERNAL_BYTES } from '../graph/onnx.js';
import type { Shared } from './shared-weights.js';
import { modules, temporaryFolder } from './temporary-folder.js';

/** Bytes of constants that a model holds itself: protobuf reads up to 2 GB, and writing takes a few copies of them. */
const LARGEST_MODEL = 1e9;
/** Node refuses writes of 2 GiB. */
const WRITE_BYTES = 2 ** 30;

let folder: string | undefined;
let files = 0;

/**
 * A graph with its large constants in memory moved to a temporary file, where it has constants in files too and the model
 * would become too large with all others inside: ONNX Runtime takes external data from files or from memory, not from both.
 *
 * @returns  to be released in place of `shared`
 * @throws FileError  if there is no room for the file; `shared` is released then
 */
export function spill(shared: Shared, largest = LARGEST_MODEL): Shared {
  const { constants } = shared.graph;
  const large = constants.filter((constant): constant is MemoryConstant => 'data' in constant && constant.data.byteLength >= EXTERNAL_BYTES);
  const bytes = large.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= largest || !constants.some((constant) => 'file' in constant)) return shared;
  const { fs, path } = modules()!;
  const file = path.join((folder ??= temporaryFolder()), `constants-${files++}.bin`);
  const release = () => {
    // Windows keeps a file that is still mapped; the whole folder goes when the process ends.
    fs.rm(file, { force: true }, () => {});
    shared.release();
  };
  try {
    const offsets = writeAll(file, large);
    const moved = large.map(({ id, dtype, shape }, i) => [id, { dtype, shape, file: { path: file, offset: offsets[i]! } }] as const);
    return { graph: substitute(shared.graph, new Map(moved)), release };
  } catch (cause) {
    release();
    const details = { file, bytes };
    throw new FileError(`${file}: expected room for ${bytes} bytes of constants, got ${(cause as Error).message}. Make room there, or name another folder in TMPDIR.`, { cause, details });
  }
}

/** Writes constants one after the other and says where each begins. */
function writeAll(file: string, constants: readonly MemoryConstant[]): number[] {
  const { fs } = modules()!;
  const handle = fs.openSync(file, 'w');
  let offset = 0;
  try {
    return constants.map(({ data }) => {
      const start = offset;
      const end = start + data.byteLength;
      while (offset < end) offset += fs.writeSync(handle, data, offset - start, Math.min(end - offset, WRITE_BYTES));
      return start;
    });
  } finally {
    fs.closeSync(handle);
  }
}
