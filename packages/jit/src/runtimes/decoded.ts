import { substitute, type FileConstant, type MemoryConstant } from '../graph/graph.js';
import { readInPieces, readStored, type FileRange } from '../stored.js';
import { sizeOf } from '../values.js';
import type { Shared } from './shared-weights.js';
import { TemporaryFile } from './temporary-file.js';
import { modules } from './temporary-folder.js';

/** Bytes of float32 numbers from which on a program's are worth a file of copies. */
const MANY_BYTES = 32e6;

/** Copies of numbers that lie encoded in other files, by path, place and shape there. */
interface Copies {
  /** One of each program that was the first to need some: on Windows, no program opens a file while another writes to it. */
  readonly files: TemporaryFile[];
  readonly places: Map<string, FileRange>;
  programs: number;
}

let copies: Copies | undefined;

/**
 * A graph with float32 numbers in place of encoded ones.
 *
 * Many are decoded once, into a temporary file whose pages all programs map: a program that is handed numbers takes fresh memory for
 * them, which costs more than to decode them. Few, and those for which there is no room, are decoded into memory. The file goes
 * with the last program that has some of it.
 *
 * @returns  to be released in place of `shared`
 * @throws FileError  if the room for copies is gone while they are written; `shared` is released then
 */
export function decode(shared: Shared, worth = MANY_BYTES): Shared {
  const { graph, release: releaseShared } = shared;
  const encoded = graph.constants.filter((constant): constant is FileConstant => 'file' in constant && constant.file.encoding !== undefined);
  if (encoded.length === 0) return shared;
  const own: Copies | undefined = worthAFile(encoded, worth) ? (copies ??= { files: [], places: new Map(), programs: 0 }) : undefined;
  const file = new TemporaryFile();
  if (own) own.programs++;
  own?.files.push(file);
  const release = () => {
    if (own && --own.programs === 0) remove(own);
    releaseShared();
  };
  try {
    return { graph: substitute(graph, new Map(encoded.map((constant) => [constant.id, decoded(constant, file, own?.places)]))), release };
  } catch (error) {
    release();
    throw error;
  } finally {
    file.close();
  }
}

function decoded({ dtype, shape, file }: FileConstant, copy: TemporaryFile, places?: Copies['places']): Omit<FileConstant, 'id'> | Omit<MemoryConstant, 'id'> {
  if (!places) return { dtype, shape, data: readStored(file, shape) };
  const key = keyOf({ file, shape });
  let place = places.get(key);
  if (!place) {
    // Pieces lie one behind the other: where the first is, the whole is.
    [place] = Array.from(readInPieces(file, shape), (piece) => copy.append(piece)) as [FileRange];
    places.set(key, place);
  }
  return { dtype, shape, file: place };
}

const keyOf = ({ file: { path, offset, version }, shape }: Pick<FileConstant, 'file' | 'shape'>): string => `${offset} ${shape.join()} ${version ?? ''} ${path}`;

/** Whether so much is encoded, and there is room for what is not there yet. */
function worthAFile(encoded: readonly FileConstant[], worth: number): boolean {
  const bytesOf = (constants: readonly FileConstant[]) => constants.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (bytesOf(encoded) < worth) return false;
  const { fs, os } = modules()!;
  try {
    const { bavail, bsize } = fs.statfsSync(os.tmpdir());
    return bavail * bsize > bytesOf(encoded.filter((constant) => !copies?.places.has(keyOf(constant))));
  } catch {
    // There is no such folder, or no telling.
    return false;
  }
}

function remove(own: Copies): void {
  if (copies === own) copies = undefined;
  for (const file of own.files) file.remove();
}
