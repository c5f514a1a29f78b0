import { FileError, ShapeError } from '@prefix-tuning/base';
import { engine, KernelBackend, registerBackend, type DataId, type Tensor } from '@tensorflow/tfjs-core';
import type * as FileSystem from 'node:fs';
import { sizeOf } from './values.js';

/** Where a tensor's numbers lie: little-endian float32 unless encoded, row-major, from byte `offset` (aligned or not) of a file. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  /** Tells whether the file is still the one it was. */
  readonly version?: string;
  readonly encoding?: StoredEncoding | undefined;
}

/** How other numbers than float32 lie in a file. They are decoded where they are needed: in few places, since that takes time and memory. */
export interface StoredEncoding {
  readonly bytesPerElement: number;
  /** Decodes any piece of whole elements. */
  decode(bytes: Uint8Array<ArrayBuffer>): Float32Array;
}

const BACKEND = 'stored';
/** Elements that are read at a time. */
const PIECE = 1 << 20;

interface Place extends FileRange {
  /** One past the last byte. */
  readonly end: number;
  readonly version: string;
}

/** Outlives the move of a tensor to a backend that computes: the numbers stay the same, and so does the file. */
const places = new WeakMap<DataId, Place>();

/**
 * A float32 tensor whose numbers stay in a file (Node only).
 *
 * A compiled program maps the file's pages, which every program shares, and no number passes through JavaScript.
 * Anything else reads them when it first needs them: TensorFlow.js then moves the tensor to its active backend.
 *
 * @param range  the file must not change while the tensor or a program that holds it is in use
 * @param encoding  for half floats and the like
 * @throws FileError  if there is no such file, or it ends before the tensor does; later on, if it has changed
 * @throws ShapeError  if the offset is not a whole number of bytes
 */
export function storedTensor({ path, offset }: Pick<FileRange, 'path' | 'offset'>, shape: readonly number[], encoding?: StoredEncoding): Tensor {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ShapeError(`storedTensor: offset: expected a whole number of bytes, got ${offset}. Pass where the tensor begins.`, { details: { path, offset } });
  }
  const end = offset + (encoding?.bytesPerElement ?? 4) * sizeOf(shape);
  const found = files().statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size < end) {
    throw new FileError(`${path}: expected a file of at least ${end} bytes, got ${found === undefined ? 'nothing there' : found.size}. Copy it again.`, {
      details: { file: path, offset, shape },
    });
  }
  const backend = (engine().findBackend(BACKEND) ?? install()) as StoredBackend;
  // Tensors know where they lie by their real path: a link may point to another place tomorrow.
  const dataId = backend.place({ path: files().realpathSync(path), offset, end, encoding, version: versionOf(found) });
  return engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: 'float32' }, backend);
}

const versionOf = ({ ino, size, mtimeMs }: FileSystem.Stats): string => `${ino} ${size} ${mtimeMs}`;

/** The place of a tensor that {@link storedTensor} made. */
export function fileRangeOf(dataId: DataId): FileRange | undefined {
  const place = places.get(dataId);
  if (place) checkUnchanged(place);
  return place;
}

function checkUnchanged({ path, version }: Place): void {
  const found = files().statSync(path, { throwIfNoEntry: false });
  if (found && versionOf(found) === version) return;
  throw new FileError(`${path}: expected the file that was loaded, got ${found ? 'another one in its place' : 'nothing there'}. Load it again; save elsewhere what is in use.`, {
    details: { file: path },
  });
}

/** The numbers of a constant that lies in a file. */
export function readStored({ path, offset, encoding }: FileRange, shape: readonly number[]): Float32Array {
  return numbersIn({ path, offset, encoding, end: offset + (encoding?.bytesPerElement ?? 4) * sizeOf(shape) });
}

/** The same, some at a time. */
export function* readInPieces({ path, offset, encoding }: FileRange, shape: readonly number[]): Generator<Float32Array> {
  const bytes = encoding?.bytesPerElement ?? 4;
  for (let [done, all] = [0, sizeOf(shape)]; done < all; done += PIECE) yield readStored({ path, offset: offset + bytes * done, encoding }, [Math.min(PIECE, all - done)]);
}

/** A backend that can only read: the engine moves its tensors to the active one before any kernel sees them. */
class StoredBackend extends KernelBackend {
  private readonly alive = new Set<DataId>();

  place(place: Place): DataId {
    const dataId = {};
    places.set(dataId, place);
    this.alive.add(dataId);
    return dataId;
  }

  override readSync(dataId: DataId): Float32Array {
    const place = places.get(dataId)!;
    checkUnchanged(place);
    return numbersIn(place);
  }

  override async read(dataId: DataId): Promise<Float32Array> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: DataId): boolean {
    return this.alive.delete(dataId);
  }

  override refCount(dataId: DataId): number {
    return this.alive.has(dataId) ? 1 : 0;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return this.alive.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {}
}

function install(): StoredBackend {
  const made = new StoredBackend();
  // Priority 0: TensorFlow.js never chooses this backend by itself.
  registerBackend(BACKEND, () => made, 0);
  return engine().findBackend(BACKEND) as StoredBackend;
}

function numbersIn({ encoding, ...range }: Omit<Place, 'version'>): Float32Array {
  const bytes = readRange(range);
  return encoding ? encoding.decode(bytes) : new Float32Array(bytes.buffer);
}

function readRange({ path, offset, end }: Pick<Place, 'path' | 'offset' | 'end'>): Uint8Array<ArrayBuffer> {
  const fs = files();
  const bytes = new Uint8Array(end - offset);
  const handle = fs.openSync(path, 'r');
  try {
    for (let done = 0; done < bytes.length; ) {
      // Node refuses reads above 2 GiB.
      const read = fs.readSync(handle, bytes, done, Math.min(bytes.length - done, 1 << 30), offset + done);
      if (read === 0) throw new FileError(`${path}: expected ${end} bytes, got ${offset + done}: the file became shorter. Copy it again.`, { details: { file: path } });
      done += read;
    }
  } finally {
    fs.closeSync(handle);
  }
  return bytes;
}

function files(): typeof FileSystem {
  // Not imported, so that a bundle for browsers need not know of it.
  const load = globalThis.process?.getBuiltinModule;
  if (!load) throw new FileError('storedTensor: expected Node.js, got another host. Make an ordinary tensor of the values there.');
  return load('node:fs');
}
