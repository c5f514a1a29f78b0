import { solveTransport } from './transport.js';

/** Two weighted sets of points and the distances between them. */
export interface Histograms {
  /** Masses, [n] and [m]; the totals may differ. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** [n, m], row-major. */
  readonly distances: Float64Array;
}

/**
 * The least work that moves the smaller mass onto the larger, the surplus staying where it is (the part of EMD-hat, Pele &
 * Werman 2009, that is not its penalty for surplus); 0 if either side has no mass.
 */
export function earthMoversWork({ first, second, distances }: Histograms): number {
  const surplus = sum(first) - sum(second);
  const m = second.length;
  if (surplus === 0) return solveTransport({ supply: first, demand: second, cost: distances }).cost;
  if (surplus < 0) {
    // A supply of the missing mass at no cost.
    const cost = new Float64Array(distances.length + m);
    cost.set(distances);
    return solveTransport({ supply: Float64Array.of(...first, -surplus), demand: second, cost }).cost;
  }
  const cost = Float64Array.from({ length: first.length * (m + 1) }, (_, k) => {
    return k % (m + 1) === m ? 0 : distances[Math.floor(k / (m + 1)) * m + (k % (m + 1))]!;
  });
  return solveTransport({ supply: first, demand: Float64Array.of(...second, surplus), cost }).cost;
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
