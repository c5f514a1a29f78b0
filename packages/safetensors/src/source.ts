import { FileError, fileSystem } from '@prefix-tuning/base';

/** Bytes that are read by ranges: a file, a Blob or an array. */
export interface ByteSource {
  /** What messages call it: a path, or `bytes`. */
  readonly name: string;
  readonly size: number;
  /** Where the bytes lie, if that is a file that can be opened again. */
  readonly path?: string;
  /** Reads [begin, end). The result starts at offset 0 of its own buffer. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Reads from an array or a Blob (a File in a browser). */
export function memorySource(bytes: Uint8Array | Blob, name = 'bytes'): ByteSource {
  const isBlob = bytes instanceof Blob;
  return {
    name,
    size: isBlob ? bytes.size : bytes.byteLength,
    read: async (begin, end) => (isBlob ? new Uint8Array(await bytes.slice(begin, end).arrayBuffer()) : new Uint8Array(bytes.slice(begin, end))),
    close: async () => {},
  };
}

/**
 * Reads from a file, only what is asked for (Node only).
 *
 * @throws FileError  if the file does not exist or is not a file
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const handle = await fileSystem(path).open(path, 'r').catch((cause: unknown) => {
    throw new FileError(`${path}: expected a readable file, got ${(cause as Error).message}. Check the path.`, { details: { file: path }, cause });
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new FileError(`${path}: expected a file, got a folder or device. Check the path.`, { details: { file: path } });
  }
  const read = async (begin: number, end: number) => {
    const bytes = new Uint8Array(end - begin);
    for (let done = 0; done < bytes.length; ) {
      // Node refuses reads above 2 GiB.
      const length = Math.min(bytes.length - done, 1 << 30);
      const { bytesRead } = await handle.read(bytes, done, length, begin + done);
      if (bytesRead === 0) {
        throw new FileError(`${path}: expected ${end} bytes, got ${begin + done}: the file became shorter while it was read. Copy it again.`, {
          details: { file: path },
        });
      }
      done += bytesRead;
    }
    return bytes;
  };
  return { name: path, path, size: stat.size, read, close: () => handle.close() };
}
