/** Numbers in plain memory, row-major: what is stored in files, and what becomes a tensor on any backend. */
export interface Values {
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Named parameters in plain memory. */
export type ParameterValues = Readonly<Record<string, Values>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Values of a shape, each made by `next`, in row-major order. */
export function fillValues(shape: readonly number[], next: () => number): Values {
  return { dtype: 'float32', shape: [...shape], data: Float32Array.from({ length: sizeOf(shape) }, next) };
}
