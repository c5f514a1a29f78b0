/** Rows divided by their Euclidean length (plus `floor`, so that a row of zeros can stay one): float32 [rows, width]. */
export function normalizeRows(matrix: Float32Array, width: number, floor = 0): Float32Array {
  const unit = new Float32Array(matrix.length);
  for (let start = 0; start < matrix.length; start += width) {
    let square = 0;
    for (let k = start; k < start + width; k++) square += matrix[k]! * matrix[k]!;
    const scale = 1 / (Math.sqrt(square) + floor);
    for (let k = start; k < start + width; k++) unit[k] = matrix[k]! * scale;
  }
  return unit;
}

/** The products of every row of `a` [n, width] with every row of `b` [m, width]: float64 [n, m]. */
export function rowProducts(a: Float32Array, b: Float32Array, width: number): Float64Array {
  const n = a.length / width;
  const m = b.length / width;
  const products = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[i * width + k]! * b[j * width + k]!;
      products[i * m + j] = sum;
    }
  }
  return products;
}

/** The squared Euclidean distances of every row of `a` [n, width] to every row of `b` [m, width]: float64 [n, m]. */
export function squaredDistances(a: Float32Array, b: Float32Array, width: number): Float64Array {
  const n = a.length / width;
  const m = b.length / width;
  const distances = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const gap = a[i * width + k]! - b[j * width + k]!;
        sum += gap * gap;
      }
      distances[i * m + j] = sum;
    }
  }
  return distances;
}
