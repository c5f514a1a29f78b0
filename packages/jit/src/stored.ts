import { FileError, ShapeError } from '@prefix-tuning/base';
import { engine, KernelBackend, registerBackend, type DataId, type Tensor } from '@tensorflow/tfjs-core';
import type * as FileSystem from 'node:fs';
import { sizeOf } from './values.js';

/** Where a tensor's numbers lie: little-endian float32, row-major, from byte `offset` (aligned or not) of a file. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
}

const BACKEND = 'stored';
/** Outlives the move of a tensor to a backend that computes: the numbers stay the same, and so does the file. */
const ranges = new WeakMap<DataId, FileRange>();

/**
 * A float32 tensor whose numbers stay in a file (Node only).
 *
 * A compiled program maps the file's pages, which every program shares, and no number passes through JavaScript.
 * Anything else reads them when it first needs them: TensorFlow.js then moves the tensor to its active backend.
 *
 * @param range  the file must not change while the tensor or a program that holds it is in use
 * @throws FileError  if there is no such file, or it ends before the tensor does
 * @throws ShapeError  if the offset is not a whole number of bytes
 */
export function storedTensor({ path, offset }: FileRange, shape: readonly number[]): Tensor {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ShapeError(`storedTensor: offset: expected a whole number of bytes, got ${offset}. Pass where the tensor begins.`, { details: { path, offset } });
  }
  const end = offset + 4 * sizeOf(shape);
  const size = files().statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size < end) {
    throw new FileError(`${path}: expected a file of at least ${end} bytes, got ${size === undefined ? 'nothing there' : size}. Copy it again.`, {
      details: { file: path, offset, shape },
    });
  }
  const backend = (engine().findBackend(BACKEND) ?? install()) as StoredBackend;
  // Tensors know where they lie by their real path: a link may point to another place tomorrow.
  return engine().makeTensorFromTensorInfo({ dataId: backend.place({ path: files().realpathSync(path), offset }, end - offset), shape: [...shape], dtype: 'float32' }, backend);
}

/** The file behind a tensor, if it was made by {@link storedTensor}. */
export const fileRangeOf = (dataId: DataId): FileRange | undefined => ranges.get(dataId);

/** A backend that can only read: the engine moves its tensors to the active one before any kernel sees them. */
class StoredBackend extends KernelBackend {
  private readonly bytes = new Map<DataId, number>();

  place(range: FileRange, bytes: number): DataId {
    const dataId = {};
    ranges.set(dataId, range);
    this.bytes.set(dataId, bytes);
    return dataId;
  }

  override readSync(dataId: DataId): Float32Array {
    const { path, offset } = ranges.get(dataId)!;
    return readFloats(path, { offset, bytes: this.bytes.get(dataId)! });
  }

  override async read(dataId: DataId): Promise<Float32Array> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: DataId): boolean {
    return this.bytes.delete(dataId);
  }

  override refCount(dataId: DataId): number {
    return this.bytes.has(dataId) ? 1 : 0;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return this.bytes.size;
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

function readFloats(path: string, { offset, bytes }: { offset: number; bytes: number }): Float32Array {
  const fs = files();
  const values = new Float32Array(bytes / 4);
  const handle = fs.openSync(path, 'r');
  try {
    for (let done = 0; done < bytes; ) {
      // Node refuses reads above 2 GiB.
      const read = fs.readSync(handle, new Uint8Array(values.buffer), done, Math.min(bytes - done, 1 << 30), offset + done);
      if (read === 0) throw new FileError(`${path}: expected ${offset + bytes} bytes, got ${offset + done}: the file became shorter. Copy it again.`, { details: { file: path } });
      done += read;
    }
  } finally {
    fs.closeSync(handle);
  }
  return values;
}

function files(): typeof FileSystem {
  // Not imported, so that a bundle for browsers need not know of it.
  const load = globalThis.process?.getBuiltinModule;
  if (!load) throw new FileError('storedTensor: expected Node.js, got another host. Make an ordinary tensor of the values there.');
  return load('node:fs');
}
