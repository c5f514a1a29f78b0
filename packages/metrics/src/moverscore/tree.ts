/** A balanced transportation problem whose masses are all positive: costs [n, m] row-major. */
export interface DenseProblem {
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly cost: Float64Array;
}

/**
 * The basis of the network simplex method: a spanning tree with its flows and prices.
 *
 * Nodes 0..n-1 are supplies, n..n+m-1 demands, n+m the root. A node owns the arc to its parent, which points up from a supply
 * and down to a demand, as every arc runs from a supply to a demand but the artificial ones of the root. Over every arc of
 * the tree price[tail] + cost = price[head].
 */
export interface Tree {
  readonly n: number;
  readonly m: number;
  readonly cost: Float64Array;
  /** Cost of an arc of the root: so much that an optimal tree sends nothing over them. */
  readonly artificial: number;
  readonly parent: Int32Array;
  readonly depth: Int32Array;
  readonly flow: Float64Array;
  readonly price: Float64Array;
  readonly child: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Room for walks, so that a pivot allocates nothing. */
  readonly walk: Int32Array;
}

const NONE = -1;

/** The tree in which every supply sends its mass to the root, and the root to every demand. */
export function createTree({ supply, demand, cost }: DenseProblem): Tree {
  const n = supply.length;
  const m = demand.length;
  const root = n + m;
  const links = () => new Int32Array(root + 1).fill(NONE);
  const tree: Tree = {
    n,
    m,
    cost,
    artificial: (cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0) + 1) * (root + 1),
    parent: links(),
    depth: new Int32Array(root + 1),
    flow: Float64Array.of(...supply, ...demand, 0),
    price: new Float64Array(root + 1),
    child: links(),
    next: links(),
    previous: links(),
    walk: new Int32Array(root + 1),
  };
  for (let node = 0; node < root; node++) {
    adopt(tree, node, root);
    refresh(tree, node);
  }
  return tree;
}

/** cost + price[tail] - price[head] of arc `row * m + column`; negative if using it would save. */
export function reducedCost({ m, n, cost, price }: Tree, arc: number): number {
  return cost[arc]! + price[Math.floor(arc / m)]! - price[n + (arc % m)]!;
}

/** Lets an arc of negative reduced cost enter the tree, and the arc that it empties leave. */
export function pivot(tree: Tree, arc: number): void {
  const { n, m, parent, flow } = tree;
  const tail = Math.floor(arc / m);
  const head = n + (arc % m);
  const apex = meet(tree, tail, head);
  const { leaving, mass, onTail } = findLeaving(tree, { tail, head, apex });
  for (let node = tail; node !== apex; node = parent[node]!) flow[node]! += node < n ? -mass : mass;
  for (let node = head; node !== apex; node = parent[node]!) flow[node]! += node < n ? mass : -mass;
  if (onTail) hang(tree, tail, { last: leaving, below: head, mass });
  else hang(tree, head, { last: leaving, below: tail, mass });
}

/** Calls `visit` with every arc of the tree that carries mass, artificial ones left out. */
export function eachArc({ n, m, parent, flow }: Tree, visit: (row: number, column: number, mass: number) => void): void {
  for (let node = 0; node < n + m; node++) {
    const other = parent[node]!;
    if (other < n + m && flow[node]! > 0) visit(Math.min(node, other), Math.max(node, other) - n, flow[node]!);
  }
}

/** The nearest common ancestor of two nodes. */
function meet({ depth, parent }: Tree, a: number, b: number): number {
  while (a !== b) {
    if (depth[a]! >= depth[b]!) a = parent[a]!;
    else b = parent[b]!;
  }
  return a;
}

/**
 * The arc to leave on the cycle apex -> ... -> tail -> head -> ... -> apex: of those that empty first the last in this
 * order, which keeps the tree strongly feasible, so that the method can't go round in circles (Cunningham 1976).
 */
function findLeaving({ n, parent, flow }: Tree, { tail, head, apex }: { tail: number; head: number; apex: number }) {
  let leaving = NONE;
  let mass = Infinity;
  let onTail = true;
  for (let node = tail; node !== apex; node = parent[node]!) {
    if (node < n && flow[node]! < mass) {
      leaving = node;
      mass = flow[node]!;
    }
  }
  for (let node = head; node !== apex; node = parent[node]!) {
    if (node >= n && flow[node]! <= mass) {
      leaving = node;
      mass = flow[node]!;
      onTail = false;
    }
  }
  return { leaving, mass, onTail };
}

/** Cuts the arc above `last`, turns the path from `top` up to it over, and hangs `top` below another node. */
function hang(tree: Tree, top: number, { last, below, mass }: { last: number; below: number; mass: number }): void {
  const { parent, flow, walk } = tree;
  let size = 0;
  for (let node = top; ; node = parent[node]!) {
    walk[size++] = node;
    if (node === last) break;
  }
  for (let k = 0; k < size; k++) orphan(tree, walk[k]!);
  for (let k = size - 1; k > 0; k--) {
    flow[walk[k]!] = flow[walk[k - 1]!]!;
    adopt(tree, walk[k]!, walk[k - 1]!);
  }
  flow[top] = mass;
  adopt(tree, top, below);
  refresh(tree, top);
}

function adopt({ parent, child, next, previous }: Tree, node: number, by: number): void {
  const first = child[by]!;
  next[node] = first;
  previous[node] = NONE;
  if (first !== NONE) previous[first] = node;
  child[by] = node;
  parent[node] = by;
}

function orphan({ parent, child, next, previous }: Tree, node: number): void {
  const before = previous[node]!;
  const after = next[node]!;
  if (before === NONE) child[parent[node]!] = after;
  else next[before] = after;
  if (after !== NONE) previous[after] = before;
}

/** Depths and prices of `top` and all below it, from its parent's: recomputed, not adjusted, so that no error builds up. */
function refresh(tree: Tree, top: number): void {
  const { n, parent, depth, price, child, next, walk } = tree;
  let size = 0;
  walk[size++] = top;
  while (size > 0) {
    const node = walk[--size]!;
    const above = parent[node]!;
    depth[node] = depth[above]! + 1;
    price[node] = price[above]! + (node < n ? -arcCost(tree, node) : arcCost(tree, node));
    for (let below = child[node]!; below !== NONE; below = next[below]!) walk[size++] = below;
  }
}

/** Cost of the arc between a node and its parent. */
function arcCost({ n, m, cost, parent, artificial }: Tree, node: number): number {
  const other = parent[node]!;
  if (other === n + m) return artificial;
  return node < n ? cost[node * m + other - n]! : cost[other * m + node - n]!;
}
