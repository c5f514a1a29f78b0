import type { FileRange } from '../stored.js';
import type { DType, HostData } from '../values.js';

/**
 * Element types inside a graph: those of TensorFlow.js, int64 for shapes and indices that ONNX wants so, float64, which holds every int32,
 * and bytes for what is quantised.
 */
export type GraphDType = DType | 'int64' | 'float64' | 'int8' | 'uint8';

/** ONNX's number of each element type (onnx.proto, TensorProto.DataType), and the size of an element. */
export const elementTypes: Readonly<Record<GraphDType, { readonly code: number; readonly bytes: number }>> = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float64: { code: 11, bytes: 8 },
};

/** One tensor of a graph. */
export interface Value {
  readonly id: number;
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
}

/** A tensor that is known before the graph runs: its numbers are in memory or in a file. */
export type Constant = MemoryConstant | FileConstant;

export interface MemoryConstant extends Value {
  readonly data: HostData | BigInt64Array | Int8Array;
  /** What holds the numbers outside the graph, where something does: it has the same ones in every graph. */
  readonly owner?: object | undefined;
}

export interface FileConstant extends Value {
  readonly file: FileRange;
  /** Copies in the order in which kernels read, in the same file: each as ONNX Runtime described it, `hash|offset;length;flags`. */
  readonly packed?: readonly string[];
}

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** One ONNX operator. */
export interface Node {
  readonly op: string;
  /** '' for ONNX's own operators, `com.microsoft` for ONNX Runtime's. */
  readonly domain: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A traced program: operators in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly inputNames: readonly string[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

/** Keeps only what the outputs need, in order; inputs stay as they are, since they are the program's signature. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((value) => value.id));
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => needed.has(value.id))) continue;
    node.inputs.forEach((value) => needed.add(value.id));
    kept.push(node);
  }
  return { ...graph, nodes: kept.reverse(), constants: graph.constants.filter((constant) => needed.has(constant.id)) };
}

/** Operators that multiply matrices, after ONNX Runtime's own fusions too. */
export const PRODUCTS: readonly string[] = ['MatMul', 'Gemm', 'FusedMatMul', 'MatMulIntegerToFloat'];

/** Whether a product reads a side transposed. */
export const transposes = ({ attributes }: Node, side: 'transA' | 'transB'): boolean => (attributes[side] as { int: number } | undefined)?.int === 1;

/** Whether a node is a product of two matrices of float32, the left one as it lies. */
export const isProduct = (node: Node): boolean =>
  (node.op === 'MatMul' || node.op === 'Gemm') && node.inputs.length === 2 && node.inputs.every(({ shape, dtype }) => shape.length === 2 && dtype === 'float32') && !transposes(node, 'transA');

/** A number that no value of the graph has, nor any above it. */
export const nextId = ({ inputs, constants, nodes }: Graph): number =>
  [...inputs, ...constants, ...nodes.flatMap(({ outputs }) => outputs)].reduce((next, { id }) => Math.max(next, id + 1), 0);

/** The graph with other constants in place of some values. */
export function substitute(graph: Graph, constants: ReadonlyMap<number, Omit<FileConstant, 'id'> | Omit<MemoryConstant, 'id'>>): Graph {
  let id = nextId(graph);
  const replaced = new Map([...constants].map(([old, constant]) => [old, { ...constant, id: id++ }]));
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((value) => replaced.get(value.id) ?? value) }));
  return prune({ ...graph, nodes, constants: [...graph.constants, ...replaced.values()] });
}
