import { substitute, type FileConstant, type MemoryConstant } from '../graph/graph.js';
import { commonFolder, EXTERNAL_BYTES } from '../graph/onnx.js';
import { readStored } from '../stored.js';
import type { Shared } from './shared-weights.js';
import { TemporaryFile } from './temporary-file.js';
import { modules } from './temporary-folder.js';

/** Bytes of constants that a model holds itself: protobuf reads up to 2 GB, and writing takes a few copies of them. */
const LARGEST_MODEL = 1e9;

/**
 * A graph with its large constants in memory moved to a temporary file, where it has constants in files too and the model
 * would become too large with all others inside: ONNX Runtime takes external data from files or from memory, not from both.
 * Stored ones move, too, where temporary files lie on another drive of Windows: it takes the files of one folder.
 *
 * @returns  to be released in place of `shared`
 * @throws FileError  if there is no room for the file; `shared` is released then
 */
export function spill(shared: Shared, largest = LARGEST_MODEL): Shared {
  const { graph, release: releaseShared } = shared;
  const large = graph.constants.filter((constant): constant is MemoryConstant => 'data' in constant && constant.data.byteLength >= EXTERNAL_BYTES);
  const bytes = large.reduce((sum, { data }) => sum + data.byteLength, 0);
  const stored = graph.constants.filter((constant): constant is FileConstant => 'file' in constant);
  const tooLarge = stored.length > 0 && bytes > largest ? large : [];
  const moving = [...tooLarge, ...onOtherDrives(stored, tooLarge.length > 0)];
  if (moving.length === 0) return shared;
  const file = new TemporaryFile();
  const release = () => {
    file.remove();
    releaseShared();
  };
  try {
    const moved = moving.map((constant) => {
      const { id, dtype, shape } = constant;
      return [id, { dtype, shape, file: file.append('file' in constant ? readStored(constant.file, shape) : constant.data) }] as const;
    });
    return { graph: substitute(graph, new Map(moved)), release };
  } catch (error) {
    release();
    throw error;
  } finally {
    file.close();
  }
}

/** Of stored constants those that lie on another drive than temporary files, if there are both. */
function onOtherDrives(stored: readonly FileConstant[], alsoTemporary: boolean): FileConstant[] {
  const paths = stored.map(({ file }) => file.path);
  const temporary = modules()?.os.tmpdir() ?? '';
  if (commonFolder(alsoTemporary ? [...paths, temporary] : paths) !== '') return [];
  return stored.filter(({ file }) => commonFolder([file.path, temporary]) === '');
}
