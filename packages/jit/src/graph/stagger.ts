import { nextId, transposes, type Graph, type Node, type Value } from './graph.js';

/** Rows of a multiple of this many float32 begin a multiple of 4,096 bytes apart: all in the same places of the first cache. */
const COLLIDING = 1024;
/** Columns of zeros that set them apart: one cache line. */
const APART = 16;
/** With fewer rows nothing collides; with fewer columns of the result the copy costs what the product gains. */
const FEWEST = { rows: 8, columns: 512 };

/**
 * The same graph with products whose rows do not push each other out of the processor's cache.
 *
 * A kernel multiplies some twelve rows at a time. If they begin a multiple of 4,096 bytes apart, as with widths of 1024,
 * 3072 or 4096, they compete for a few places of the cache, and the product takes up to half as long again. So such
 * rows, and the constant they are multiplied by, get a few columns of zeros, which change no sum.
 * ONNX Runtime computes the constants' padding once.
 */
export function staggerRows(graph: Graph): Graph {
  const constants = new Set(graph.constants.map(({ id }) => id));
  const padding = new Padding(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const [a, b, ...others] = node.inputs as [Value, Value, ...Value[]];
    if (!isProduct(node) || constants.has(a.id) || !constants.has(b.id)) return [node];
    const [rows, inner] = a.shape as [number, number];
    if (inner % COLLIDING !== 0 || rows < FEWEST.rows || node.outputs[0]!.shape[1]! < FEWEST.columns) return [node];
    const inputs = [padding.of(a, 1), padding.of(b, transposes(node, 'transB') ? 1 : 0), ...others];
    return [...padding.take(), { ...node, inputs }];
  });
  return { ...graph, nodes, constants: [...graph.constants, ...padding.constants] };
}

/** Whether a node is a product of two matrices, the left one as it lies. */
const isProduct = (node: Node): boolean =>
  (node.op === 'MatMul' || node.op === 'Gemm') && node.inputs[0]!.shape.length === 2 && node.inputs[1]!.shape.length === 2 && !transposes(node, 'transA');

/** Values with columns or rows of zeros behind them, each made once. */
class Padding {
  readonly constants: Graph['constants'][number][] = [];
  private readonly made = new Map<string, Value>();
  private fresh: Node[] = [];
  private nextId: number;

  constructor(graph: Graph) {
    this.nextId = nextId(graph);
  }

  of(x: Value, axis: 0 | 1): Value {
    const key = `${x.id} ${axis}`;
    const known = this.made.get(key);
    if (known) return known;
    const padded: Value = { id: this.nextId++, dtype: x.dtype, shape: x.shape.map((n, i) => (i === axis ? n + APART : n)) };
    this.fresh.push({ op: 'Pad', domain: '', inputs: [x, this.ends(axis)], outputs: [padded], attributes: {} });
    this.made.set(key, padded);
    return padded;
  }

  /** The operators made since the last call. */
  take(): Node[] {
    return this.fresh.splice(0);
  }

  /** What ONNX's Pad is told: zeros before and after each axis. */
  private ends(axis: 0 | 1): Value {
    const key = `ends ${axis}`;
    const known = this.made.get(key);
    if (known) return known;
    const ends = { id: this.nextId++, dtype: 'int64' as const, shape: [4], data: BigInt64Array.from([0, 0, axis === 0 ? APART : 0, axis === 1 ? APART : 0].map(BigInt)) };
    this.constants.push(ends);
    this.made.set(key, ends);
    return ends;
  }
}
