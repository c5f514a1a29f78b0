/** The basis of the network simplex method: a spanning tree with its flows and prices. */
export interface Tree {
  /** cost - (what the tree's prices already pay) for arc `row * columns + column`. */
  reducedCost(arc: number): number;
  /** Lets an arc of negative reduced cost enter the tree, and the arc that it empties leave. */
  pivot(arc: number): void;
  /** The arcs of the tree that carry mass. */
  arcs(): Iterable<{ row: number; column: number; flow: number }>;
  supplyPrice(row: number): number;
  demandPrice(column: number): number;
}

/** A balanced problem whose masses are all positive. */
export interface DenseProblem {
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly cost: Float64Array;
}

const NONE = -1;

/**
 * Starts from the tree in which every supply sends its mass to an artificial root, and the root to every demand.
 *
 * Nodes 0..n-1 are supplies, n..n+m-1 demands, n+m the root. Each node but the root owns the arc to its parent: `up[x]` says
 * that the arc points from the node to the parent, `flow[x]` what it carries. Artificial arcs cost so much that an optimal
 * tree sends nothing over them. `price` satisfies price[tail] + cost = price[head] over every arc of the tree.
 */
export function createTree({ supply, demand, cost }: DenseProblem): Tree {
  const n = supply.length;
  const m = demand.length;
  const root = n + m;
  const parent = new Int32Array(root + 1).fill(root);
  const depth = new Int32Array(root + 1).fill(1);
  const up = new Uint8Array(root + 1);
  const flow = new Float64Array(root + 1);
  const price = new Float64Array(root + 1);
  const child = new Int32Array(root + 1).fill(NONE);
  const nextSibling = new Int32Array(root + 1).fill(NONE);
  const previousSibling = new Int32Array(root + 1).fill(NONE);
  const stack = new Int32Array(root + 1);
  const path = new Int32Array(root + 1);
  const artificial = (cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0) + 1) * (root + 1);

  const adopt = (node: number, by: number) => {
    const first = child[by]!;
    nextSibling[node] = first;
    previousSibling[node] = NONE;
    if (first !== NONE) previousSibling[first] = node;
    child[by] = node;
    parent[node] = by;
  };
  const orphan = (node: number) => {
    const [before, after] = [previousSibling[node]!, nextSibling[node]!];
    if (before === NONE) child[parent[node]!] = after;
    else nextSibling[before] = after;
    if (after !== NONE) previousSibling[after] = before;
  };
  /** Cost of the arc between a node and its parent. */
  const arcCost = (node: number) => {
    const other = parent[node]!;
    if (other === root) return artificial;
    return node < n ? cost[node * m + other - n]! : cost[other * m + node - n]!;
  };

  depth[root] = 0;
  parent[root] = NONE;
  for (let node = 0; node < root; node++) {
    adopt(node, root);
    up[node] = node < n ? 1 : 0;
    flow[node] = node < n ? supply[node]! : demand[node - n]!;
    price[node] = node < n ? -artificial : artificial;
  }

  /** Depths and prices of `top` and all below it, from its parent's; recomputed, not adjusted, so that no error builds up. */
  const refresh = (top: number) => {
    let size = 0;
    stack[size++] = top;
    while (size > 0) {
      const node = stack[--size]!;
      const above = parent[node]!;
      depth[node] = depth[above]! + 1;
      price[node] = up[node] ? price[above]! - arcCost(node) : price[above]! + arcCost(node);
      for (let below = child[node]!; below !== NONE; below = nextSibling[below]!) stack[size++] = below;
    }
  };

  /** The nearest common ancestor of two nodes. */
  const meet = (a: number, b: number) => {
    while (a !== b) {
      if (depth[a]! >= depth[b]!) a = parent[a]!;
      else b = parent[b]!;
    }
    return a;
  };

  /**
   * The cycle runs tail -> head -> ... -> apex -> ... -> tail. Of the arcs that empty first, the last on the cycle, as seen
   * from the apex in this direction, leaves: that keeps the tree strongly feasible.
   */
  const findLeaving = (tail: number, head: number, apex: number) => {
    let leaving = NONE;
    let mass = Infinity;
    let onTail = true;
    for (let node = tail; node !== apex; node = parent[node]!) {
      if (up[node] && flow[node]! < mass) [mass, leaving] = [flow[node]!, node];
    }
    for (let node = head; node !== apex; node = parent[node]!) {
      if (!up[node] && flow[node]! <= mass) [mass, leaving, onTail] = [flow[node]!, node, false];
    }
    return { leaving, mass, onTail };
  };

  /** Turns the path from `from` up to `last` over, so that `from` becomes its top, under `above`. */
  const reroot = (from: number, last: number, above: { node: number; up: number; flow: number }) => {
    let size = 0;
    for (let node = from; ; node = parent[node]!) {
      path[size++] = node;
      if (node === last) break;
    }
    for (let k = 0; k < size; k++) orphan(path[k]!);
    for (let k = size - 1; k > 0; k--) {
      const [node, below] = [path[k]!, path[k - 1]!];
      up[node] = up[below] ? 0 : 1;
      flow[node] = flow[below]!;
      adopt(node, below);
    }
    up[from] = above.up;
    flow[from] = above.flow;
    adopt(from, above.node);
    refresh(from);
  };

  return {
    reducedCost: (arc) => cost[arc]! + price[Math.floor(arc / m)]! - price[n + (arc % m)]!,
    pivot(arc) {
      const tail = Math.floor(arc / m);
      const head = n + (arc % m);
      const apex = meet(tail, head);
      const { leaving, mass, onTail } = findLeaving(tail, head, apex);
      for (let node = tail; node !== apex; node = parent[node]!) flow[node]! += up[node] ? -mass : mass;
      for (let node = head; node !== apex; node = parent[node]!) flow[node]! += up[node] ? mass : -mass;
      if (onTail) reroot(tail, leaving, { node: head, up: 1, flow: mass });
      else reroot(head, leaving, { node: tail, up: 0, flow: mass });
    },
    *arcs() {
      for (let node = 0; node < root; node++) {
        const other = parent[node]!;
        if (other === root || flow[node]! <= 0) continue;
        yield { row: Math.min(node, other), column: Math.max(node, other) - n, flow: flow[node]! };
      }
    },
    supplyPrice: (row) => price[row]! * -1,
    demandPrice: (column) => price[n + column]!,
  };
}
