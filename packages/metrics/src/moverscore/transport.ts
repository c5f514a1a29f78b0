import { MetricInputError } from '../metric.js';
import { createTree, eachArc, pivot, reducedCost, type Tree } from './tree.js';

/** A transportation problem: move `supply` onto `demand` at least cost. */
export interface TransportProblem {
  /** Masses of at least 0, [n]. */
  readonly supply: ArrayLike<number>;
  /** Masses of at least 0, [m]; the same total as `supply`. */
  readonly demand: ArrayLike<number>;
  /** Finite costs, [n, m], row-major. */
  readonly cost: ArrayLike<number>;
}

export interface TransportPlan {
  readonly cost: number;
  /** The mass moved from i to j, [n, m], row-major. */
  readonly flow: Float64Array;
  /** Dual prices u [n] and v [m]: u[i] + v[j] <= cost[i, j] everywhere, with equality where mass flows. */
  readonly supplyPrice: Float64Array;
  readonly demandPrice: Float64Array;
}

/** Totals may differ by rounding: by this share of them at most. */
const BALANCE = 1e-9;
/** A reduced cost counts as negative below this share of the largest cost. */
const EPSILON = 1e-11;

/**
 * Solves the transportation problem exactly, by the network simplex method on a strongly feasible spanning tree.
 *
 * Arcs are priced in blocks of about sqrt(n m), as in LEMON (Kovacs 2015) and POT. Where the totals differ by rounding, the
 * demand is scaled to the supply.
 *
 * @throws MetricInputError  if the shapes disagree, a mass is negative or not finite, a cost is not finite, or the totals differ
 */
export function solveTransport(problem: TransportProblem): TransportPlan {
  checkProblem(problem);
  const { supply, demand, cost } = problem;
  const m = demand.length;
  const flow = new Float64Array(supply.length * m);
  const supplyPrice = new Float64Array(supply.length);
  const demandPrice = new Float64Array(m);
  // Nodes without mass would make the first tree degenerate: they take no part, and get their price at the end.
  const rows = withMass(supply);
  const columns = withMass(demand);
  const scale = total(supply) / total(demand);
  const tree = createTree({
    supply: Float64Array.from(rows, (i) => supply[i]!),
    demand: Float64Array.from(columns, (j) => demand[j]! * scale),
    cost: Float64Array.from({ length: rows.length * columns.length }, (_, k) => {
      return cost[rows[Math.floor(k / columns.length)]! * m + columns[k % columns.length]!]!;
    }),
  });
  pivotUntilOptimal(tree);
  eachArc(tree, (a, b, mass) => (flow[rows[a]! * m + columns[b]!] = mass));
  rows.forEach((i, a) => (supplyPrice[i] = -tree.price[a]!));
  columns.forEach((j, b) => (demandPrice[j] = tree.price[rows.length + b]!));
  priceIdleNodes(problem, { rows, supplyPrice, demandPrice });
  const sum = flow.reduce((paid, mass, k) => (mass > 0 ? paid + mass * cost[k]! : paid), 0);
  return { cost: sum, flow, supplyPrice, demandPrice };
}

/** Lets the arc of the most negative reduced cost in a block enter the tree, block after block, until none is left. */
function pivotUntilOptimal(tree: Tree): void {
  const arcs = tree.cost.length;
  const block = Math.max(16, Math.ceil(Math.sqrt(arcs)));
  const threshold = -EPSILON * tree.cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  let next = 0;
  let idle = 0;
  while (idle < arcs) {
    let best = threshold;
    let entering = -1;
    const stop = Math.min(arcs, next + block);
    for (let arc = next; arc < stop; arc++) {
      const reduced = reducedCost(tree, arc);
      if (reduced < best) {
        best = reduced;
        entering = arc;
      }
    }
    idle = entering < 0 ? idle + stop - next : 0;
    next = stop === arcs ? 0 : stop;
    if (entering >= 0) pivot(tree, entering);
  }
}

/** Gives nodes without mass the highest price that keeps every reduced cost at least 0: first the demands, then the supplies. */
function priceIdleNodes(
  { supply, demand, cost }: TransportProblem,
  { rows, supplyPrice, demandPrice }: { rows: readonly number[]; supplyPrice: Float64Array; demandPrice: Float64Array },
): void {
  const m = demand.length;
  const everyColumn = Array.from({ length: m }, (_, j) => j);
  const lowest = (gaps: number[]) => (gaps.length === 0 ? 0 : Math.min(...gaps));
  everyColumn.forEach((j) => {
    if (demand[j] === 0) demandPrice[j] = lowest(rows.map((i) => cost[i * m + j]! - supplyPrice[i]!));
  });
  supplyPrice.forEach((_, i) => {
    if (supply[i] === 0) supplyPrice[i] = lowest(everyColumn.map((j) => cost[i * m + j]! - demandPrice[j]!));
  });
}

function total(masses: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < masses.length; i++) sum += masses[i]!;
  return sum;
}

function withMass(masses: ArrayLike<number>): number[] {
  return Array.from({ length: masses.length }, (_, i) => i).filter((i) => masses[i]! > 0);
}

function checkProblem({ supply, demand, cost }: TransportProblem): void {
  const fail = (expected: string, got: string) => {
    throw new MetricInputError(`transport: expected ${expected}, got ${got}.`, { details: { expected, got } });
  };
  const size = supply.length * demand.length;
  if (cost.length !== size) fail(`${supply.length} x ${demand.length} = ${size} costs`, `${cost.length}`);
  for (let k = 0; k < size; k++) if (!Number.isFinite(cost[k]!)) fail('finite costs', `${cost[k]} at ${k}`);
  for (const masses of [supply, demand]) {
    for (let i = 0; i < masses.length; i++) {
      if (!(masses[i]! >= 0 && masses[i]! < Infinity)) fail('finite masses of at least 0', `${masses[i]} at ${i}`);
    }
  }
  const [given, wanted] = [total(supply), total(demand)];
  if (Math.abs(given - wanted) > BALANCE * Math.max(given, wanted)) fail('equal totals of supply and demand', `${given} and ${wanted}`);
}
