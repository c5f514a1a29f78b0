import { MetricInputError } from '../metric.js';
import { createTree, type Tree } from './tree.js';

/** A transportation problem: move `supply` onto `demand` at least cost. */
export interface TransportProblem {
  /** Masses >= 0, [n]. */
  readonly supply: ArrayLike<number>;
  /** Masses >= 0, [m]; the same total as `supply`. */
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

/** Totals may differ by rounding: this share of the total at most. */
const BALANCE = 1e-9;
/** A reduced cost counts as negative below this share of the largest cost. */
const EPSILON = 1e-11;

/**
 * Solves the transportation problem exactly, by the network simplex method.
 *
 * The basis is a spanning tree over supplies, demands and a root, strongly feasible throughout (Cunningham 1976), so the
 * method ends; arcs are priced in blocks of about sqrt(n m), as in LEMON (Kovacs 2015) and POT. Where the totals differ by
 * rounding, the demand is scaled to the supply.
 *
 * @throws MetricInputError  if the shapes disagree, a mass is negative or not finite, a cost is not finite, or the totals differ
 */
export function solveTransport(problem: TransportProblem): TransportPlan {
  checkProblem(problem);
  const { supply, demand, cost } = problem;
  const n = supply.length;
  const m = demand.length;
  // Nodes without mass would make the first tree degenerate; they take no part, and get their price at the end.
  const rows = positive(supply);
  const columns = positive(demand);
  const flow = new Float64Array(n * m);
  const supplyPrice = new Float64Array(n);
  const demandPrice = new Float64Array(m);
  if (rows.length > 0 && columns.length > 0) {
    const scale = total(supply) / total(demand);
    const dense = new Float64Array(rows.length * columns.length);
    rows.forEach((i, a) => columns.forEach((j, b) => (dense[a * columns.length + b] = cost[i * m + j]!)));
    const tree = createTree({
      supply: Float64Array.from(rows, (i) => supply[i]!),
      demand: Float64Array.from(columns, (j) => demand[j]! * scale),
      cost: dense,
    });
    pivotUntilOptimal(tree, dense);
    for (const { row, column, flow: mass } of tree.arcs()) flow[rows[row]! * m + columns[column]!] = mass;
    rows.forEach((i, a) => (supplyPrice[i] = tree.supplyPrice(a)));
    columns.forEach((j, b) => (demandPrice[j] = tree.demandPrice(b)));
  }
  priceIdleNodes({ rows, columns, supplyPrice, demandPrice }, problem);
  let sum = 0;
  for (let k = 0; k < flow.length; k++) if (flow[k]! > 0) sum += flow[k]! * cost[k]!;
  return { cost: sum, flow, supplyPrice, demandPrice };
}

/** Lets the arc of the most negative reduced cost in a block enter the tree, block after block, until none is left. */
function pivotUntilOptimal(tree: Tree, cost: Float64Array): void {
  const arcs = cost.length;
  const block = Math.max(16, Math.ceil(Math.sqrt(arcs)));
  const threshold = -EPSILON * Math.max(1e-300, cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0));
  let next = 0;
  let idle = 0;
  while (idle < arcs) {
    let best = threshold;
    let entering = -1;
    const stop = Math.min(arcs, next + block);
    for (let arc = next; arc < stop; arc++) {
      const reduced = tree.reducedCost(arc);
      if (reduced < best) {
        best = reduced;
        entering = arc;
      }
    }
    idle = entering < 0 ? idle + stop - next : 0;
    next = stop === arcs ? 0 : stop;
    if (entering >= 0) tree.pivot(entering);
  }
}

interface Prices {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly supplyPrice: Float64Array;
  readonly demandPrice: Float64Array;
}

/** Gives nodes without mass the highest price that keeps every reduced cost non-negative. */
function priceIdleNodes({ rows, columns, supplyPrice, demandPrice }: Prices, { supply, demand, cost }: TransportProblem): void {
  const m = demand.length;
  const slack = (i: number, j: number) => cost[i * m + j]! - supplyPrice[i]! - demandPrice[j]!;
  const least = (count: number, gap: (k: number) => number) => {
    let low = Infinity;
    for (let k = 0; k < count; k++) low = Math.min(low, gap(k));
    return low === Infinity ? 0 : low;
  };
  for (let j = 0; j < m; j++) {
    if (!(demand[j]! > 0)) demandPrice[j]! += least(rows.length, (k) => slack(rows[k]!, j));
  }
  const everyColumn = columns.length < m ? m : 0;
  for (let i = 0; i < supply.length; i++) {
    if (!(supply[i]! > 0)) supplyPrice[i]! += least(Math.max(everyColumn, m), (j) => slack(i, j));
  }
}

const total = (masses: ArrayLike<number>) => Array.prototype.reduce.call(masses, (sum: number, x: number) => sum + x, 0) as number;

function positive(masses: ArrayLike<number>): number[] {
  const kept: number[] = [];
  for (let i = 0; i < masses.length; i++) if (masses[i]! > 0) kept.push(i);
  return kept;
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
