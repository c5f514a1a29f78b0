import { Additions, remember } from './additions.js';
import { isProduct, transposes, type Graph, type Value } from './graph.js';

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
    return [...padding.added.take(), { ...node, inputs }];
  });
  return { ...graph, nodes, constants: [...graph.constants, ...padding.added.constants] };
}

/** Values with columns or rows of zeros behind them, each made once. */
class Padding {
  readonly added: Additions;
  private readonly made = new Map<string, Value>();

  constructor(graph: Graph) {
    this.added = new Additions(graph);
  }

  of(x: Value, axis: 0 | 1): Value {
    const shape = x.shape.map((n, i) => (i === axis ? n + APART : n));
    return remember(this.made, `${x.id} ${axis}`, () => this.added.node('Pad', [x, this.ends(axis)], { dtype: x.dtype, shape }));
  }

  /** What ONNX's Pad is told: zeros before and after each axis. */
  private ends(axis: 0 | 1): Value {
    const ends = [0, 0, axis === 0 ? APART : 0, axis === 1 ? APART : 0];
    return remember(this.made, `ends ${axis}`, () => this.added.constant(BigInt64Array.from(ends.map(BigInt)), [4], 'int64'));
  }
}
