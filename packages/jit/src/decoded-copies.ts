import type { FileRange } from './stored.js';
import { modules } from './runtimes/temporary-folder.js';
import { TemporaryFile } from './runtimes/temporary-file.js';

/** Numbers in a file of `size` bytes, each of so many bytes there. */
export interface EncodedRange extends FileRange {
  readonly version: string;
  readonly size: number;
  readonly bytesPerElement: number;
}

interface Copies {
  readonly file: TemporaryFile;
  /** By the offset in the weight file. */
  readonly ranges: Map<number, FileRange>;
}

/**
 * Float32 copies of weights that lie in files as half floats. Each is decoded once, into a temporary file whose pages all programs
 * map: a program that is handed the numbers takes fresh memory for them, which costs more than to decode them.
 */
export class DecodedCopies {
  private readonly copies = new Map<string, Copies>();

  /** @param worth  bytes of a weight file from which on a file of copies is worth its room on the disk */
  constructor(private readonly worth = 64e6) {}

  /**
   * Where the copy of a range lies; undefined where there is none, for the size of the file or the room beside it.
   *
   * @param read  its numbers in pieces, if they are not there yet
   */
  of(range: EncodedRange, read: () => Iterable<Float32Array>): FileRange | undefined {
    if (range.size < this.worth) return undefined;
    const copies = this.copies.get(keyOf(range)) ?? this.open(range);
    const known = copies?.ranges.get(range.offset);
    if (!copies || known) return known;
    // Pieces lie one behind the other: where the first is, the whole is.
    const [made] = Array.from(read(), (piece) => copies.file.append(piece));
    if (made) copies.ranges.set(range.offset, made);
    return made;
  }

  private open(range: EncodedRange): Copies | undefined {
    if (!hasRoom((4 / range.bytesPerElement) * range.size)) return undefined;
    const copies: Copies = { file: new TemporaryFile(), ranges: new Map() };
    this.copies.set(keyOf(range), copies);
    return copies;
  }

  /** Nobody asks for copies of this weight file any more; programs keep what they have mapped. */
  drop(range: Pick<EncodedRange, 'path' | 'version'>): void {
    const copies = this.copies.get(keyOf(range));
    this.copies.delete(keyOf(range));
    copies?.file.close();
    copies?.file.remove();
  }
}

const keyOf = ({ path, version }: Pick<EncodedRange, 'path' | 'version'>): string => `${version} ${path}`;

function hasRoom(bytes: number): boolean {
  const { fs, os } = modules()!;
  try {
    const { bavail, bsize } = fs.statfsSync(os.tmpdir());
    return bavail * bsize > bytes;
  } catch {
    // There is no such folder, or no telling.
    return false;
  }
}
