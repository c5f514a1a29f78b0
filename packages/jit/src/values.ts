import { ShapeError } from '@prefix-tuning/base';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';

/** The element types that travel through a program; int32 for ids, bool (one byte each) for masks. */
export type DType = 'float32' | 'int32' | 'bool';

export type HostData = Float32Array | Int32Array | Uint8Array;

/** A tensor that lives in plain memory: what goes into a compiled program and comes out of it. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major; Float32Array, Int32Array, or Uint8Array for bool. */
  readonly data: HostData;
}

/** What a program must know of a tensor before it sees one. */
export type TensorSpec = Pick<HostTensor, 'dtype' | 'shape'>;

const arrayOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Numbers of one type; a typed array of the right kind is taken as it is, not copied. */
export function typed(values: ArrayLike<number>, dtype: DType): HostData {
  const ArrayType = arrayOf[dtype];
  return values instanceof ArrayType ? values : ArrayType.from(values);
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Makes a host tensor of values or, without values, of zeros.
 *
 * @param values  typed arrays of the right kind are taken as they are, not copied
 * @throws ShapeError  if the number of values is not the product of the shape
 */
export function hostTensor(values: ArrayLike<number> | undefined, shape: readonly number[], dtype: DType = 'float32'): HostTensor {
  const size = sizeOf(shape);
  if (values && values.length !== size) {
    throw new ShapeError(`hostTensor: expected ${size} values for shape [${shape.join(', ')}], got ${values.length}.`, {
      details: { shape, values: values.length },
    });
  }
  return { dtype, shape: [...shape], data: values ? typed(values, dtype) : new arrayOf[dtype](size) };
}

/** Puts a host tensor on the active TensorFlow.js backend; the caller disposes it. */
export function toTensor({ data, shape, dtype }: HostTensor): Tensor {
  return tensor(data, [...shape], dtype);
}

/** Reads a TensorFlow.js tensor into plain memory (blocks until the backend has it). */
export function toHost(source: Tensor): HostTensor {
  return hostTensor(source.dataSync() as HostData, source.shape, source.dtype as DType);
}
