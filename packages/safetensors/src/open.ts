import { toFloat32 } from './convert.js';
import { dtypes, type TensorView } from './dtype.js';
import { WeightsError } from './errors.js';
import { maxHeaderBytes, parseHeader, truncated, type Header } from './header.js';
import { fileSource, memorySource, type ByteSource } from './source.js';

/** An open weight file: its header is in memory, its tensors are read when asked for. */
export interface SafetensorsFile extends Header {
  readonly name: string;
  /** Where the file lies, if it was opened by its path: with a tensor's `begin` it says where its bytes can be mapped. */
  readonly path: string | undefined;
  /** Reads one tensor, in the file's own element type. Throws a WeightsError if the file has none of that name. */
  read(tensor: string): Promise<TensorView>;
  /** Reads one tensor as 32-bit floats. */
  readFloat32(tensor: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const lengthBytes = 8;

/**
 * Opens a safetensors file and checks its header; the data is not read.
 *
 * @param input  a path (Node only), bytes such as a response's `arrayBuffer()`, a Blob or File, or any {@link ByteSource}
 * @throws WeightsError  if the file is damaged, truncated or hostile
 * @throws FileError  if it cannot be read
 * @see https://github.com/huggingface/safetensors#format
 */
export async function openSafetensors(input: string | Uint8Array | ArrayBuffer | Blob | ByteSource): Promise<SafetensorsFile> {
  const source = await toSource(input);
  try {
    const header = await readHeader(source);
    const read = async (tensor: string): Promise<TensorView> => {
      const entry = header.tensors.get(tensor);
      if (!entry) {
        throw new WeightsError(`${source.name}: expected a tensor "${tensor}", got ${header.tensors.size} others. Check that the file is of this model.`, {
          details: { file: source.name, tensor },
        });
      }
      const bytes = await source.read(entry.begin, entry.end);
      return viewBytes(entry, bytes);
    };
    return { ...header, name: source.name, path: source.path, read, readFloat32: async (tensor) => toFloat32(await read(tensor)), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A tensor's bytes, which begin a buffer of their own, as elements of its type. */
export function viewBytes({ dtype, shape }: Pick<TensorView, 'dtype' | 'shape'>, bytes: Uint8Array<ArrayBuffer>): TensorView {
  return { dtype, shape, data: new dtypes[dtype](bytes.buffer) };
}

async function toSource(input: string | Uint8Array | ArrayBuffer | Blob | ByteSource): Promise<ByteSource> {
  if (typeof input === 'string') return fileSource(input);
  if (input instanceof ArrayBuffer) return memorySource(new Uint8Array(input));
  return input instanceof Uint8Array || input instanceof Blob ? memorySource(input) : input;
}

async function readHeader(source: ByteSource): Promise<Header> {
  const { name: file, size } = source;
  if (size < lengthBytes) throw truncated(file, lengthBytes, size);
  const length = new DataView((await source.read(0, lengthBytes)).buffer).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw new WeightsError(`${file}: expected a header of at most ${maxHeaderBytes} bytes, got ${length}. The file is damaged or no safetensors file.`, {
      details: { file, header: length.toString() },
    });
  }
  const dataBegin = lengthBytes + Number(length);
  if (dataBegin > size) throw truncated(file, dataBegin, size);
  return parseHeader(decodeText(await source.read(lengthBytes, dataBegin), file), { file, dataBegin, fileSize: size });
}

function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WeightsError(`${file}: expected a header in UTF-8, got other bytes. The file is damaged: get it again.`, { details: { file }, cause });
  }
}
