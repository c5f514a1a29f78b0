import { substitute, type MemoryConstant } from '../graph/graph.js';
import { EXTERNAL_BYTES } from '../graph/onnx.js';
import type { Shared } from './shared-weights.js';
import { TemporaryFile } from './temporary-file.js';

/** Bytes of constants that a model holds itself: protobuf reads up to 2 GB, and writing takes a few copies of them. */
const LARGEST_MODEL = 1e9;

/**
 * A graph with its large constants in memory moved to a temporary file, where it has constants in files too and the model
 * would become too large with all others inside: ONNX Runtime takes external data from files or from memory, not from both.
 *
 * @returns  to be released in place of `shared`
 * @throws FileError  if there is no room for the file; `shared` is released then
 */
export function spill(shared: Shared, largest = LARGEST_MODEL): Shared {
  const { graph, release: releaseShared } = shared;
  const large = graph.constants.filter((constant): constant is MemoryConstant => 'data' in constant && constant.data.byteLength >= EXTERNAL_BYTES);
  const bytes = large.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= largest || !graph.constants.some((constant) => 'file' in constant)) return shared;
  const file = new TemporaryFile();
  const release = () => {
    file.remove();
    releaseShared();
  };
  try {
    const moved = large.map(({ id, dtype, shape, data }) => [id, { dtype, shape, file: file.append(data) }] as const);
    return { graph: substitute(graph, new Map(moved)), release };
  } catch (error) {
    release();
    throw error;
  } finally {
    file.close();
  }
}
