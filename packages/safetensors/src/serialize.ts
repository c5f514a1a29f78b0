import { checkFields, ShapeError, type FieldsOf } from '@prefix-tuning/base';
import { encodeFloat16 } from './convert.js';
import { bytesPerElement, dtypes, type DType, type TensorView } from './dtype.js';

export interface WriteOptions {
  /** Free text pairs; PyTorch's reader wants `format: 'pt'`, which is the default. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Stores 32-bit floats as half floats. */
  readonly half?: boolean;
}

const fields: FieldsOf<WriteOptions> = { metadata: true, half: true };

/** A tensor to write; a function gives its data when its turn comes, so that a file larger than memory can be written. */
export interface TensorInput extends Omit<TensorView, 'data'> {
  readonly data: TensorView['data'] | (() => TensorView['data']);
}

/** The file's header, and its tensors in file order, each encoded when asked for, so that one at a time is in memory. */
export interface Layout {
  readonly header: Uint8Array;
  readonly chunks: readonly (() => Uint8Array)[];
}

/**
 * Lays out a file: tensors by falling element type (which aligns each), then by name, so that the bytes are the
 * reference implementation's own.
 *
 * @throws ShapeError  if a tensor's data does not fit its shape
 * @throws ConfigError  for an option that does not exist
 */
export function layOut(tensors: Readonly<Record<string, TensorInput>>, options: WriteOptions = {}): Layout {
  checkFields('safetensors options', options, Object.keys(fields));
  const { metadata = { format: 'pt' }, half = false } = options;
  const stored = Object.entries(tensors).map(([name, view]) => {
    if (typeof view.data !== 'function') checkData(name, view, view.data);
    return { name, view, dtype: half && view.dtype === 'F32' ? ('F16' as const) : view.dtype };
  });
  stored.sort((a, b) => rank(b.dtype) - rank(a.dtype) || (a.name < b.name ? -1 : 1));
  let offset = 0;
  const entries = stored.map(({ name, view, dtype }) => {
    const begin = offset;
    offset += sizeOf(view.shape) * bytesPerElement(dtype);
    return [name, { dtype, shape: view.shape, data_offsets: [begin, offset] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  return {
    header: encodeHeader(json),
    chunks: stored.map(({ name, view, dtype }) => () => {
      const data = typeof view.data === 'function' ? view.data() : view.data;
      checkData(name, view, data);
      return bytesOf(dtype === view.dtype ? data : encodeFloat16(data as Float32Array));
    }),
  };
}

const order = Object.keys(dtypes) as DType[];
const rank = (dtype: DType): number => order.indexOf(dtype);

/**
 * Serializes tensors to the bytes of a safetensors file; the inverse of opening one.
 *
 * @throws ShapeError  if a tensor's data does not fit its shape
 * @throws ConfigError  for an option that does not exist
 */
export function serializeSafetensors(tensors: Readonly<Record<string, TensorInput>>, options: WriteOptions = {}): Uint8Array<ArrayBuffer> {
  const { header, chunks } = layOut(tensors, options);
  const parts = [header, ...chunks.map((chunk) => chunk())];
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Length (8 bytes, little endian), JSON, and spaces so that the data starts at a multiple of 8. */
function encodeHeader(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function checkData(name: string, { dtype, shape }: TensorInput, data: TensorView['data']): void {
  const size = sizeOf(shape);
  if (size !== data.length || data.BYTES_PER_ELEMENT !== bytesPerElement(dtype)) {
    throw new ShapeError(
      `safetensors: tensor "${name}": expected ${size} elements of ${dtype} for shape [${shape.join(', ')}], got ${data.length} of ${data.BYTES_PER_ELEMENT} bytes.`,
      { details: { tensor: name, shape } },
    );
  }
}

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
