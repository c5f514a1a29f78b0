/** Element types of the format in its own order, with the typed array that holds each; eight-bit floats and half floats stay encoded. */
export const dtypes = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  F8_E5M2: Uint8Array,
  F8_E4M3: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
} as const;

export type DType = keyof typeof dtypes;

/** A typed array of one of the kinds in {@link dtypes}. */
export type ElementArray = InstanceType<(typeof dtypes)[DType]>;

/** A tensor as it lies in a file: row-major elements of the file's own type, not decoded. */
export interface TensorView {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ElementArray;
}

export const bytesPerElement = (dtype: DType): number => dtypes[dtype].BYTES_PER_ELEMENT;

export const isDType = (name: string): name is DType => Object.hasOwn(dtypes, name);
