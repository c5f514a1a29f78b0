import type { FileRange } from '../stored.js';
import type { DType, HostData } from '../values.js';

/** Element types inside a graph: those of TensorFlow.js, int64 for shapes and indices that ONNX wants so, and float64, which holds every int32. */
export type GraphDType = DType | 'int64' | 'float64';

/** One tensor of a graph. */
export interface Value {
  readonly id: number;
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
}

/** A tensor that is known before the graph runs: its numbers are in memory or in a file. */
export type Constant = MemoryConstant | FileConstant;

export interface MemoryConstant extends Value {
  readonly data: HostData | BigInt64Array;
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

/** Whether a product reads a side transposed. */
export const transposes = ({ attributes }: Node, side: 'transA' | 'transB'): boolean => (attributes[side] as { int: number } | undefined)?.int === 1;

/** A number that no value of the graph has, nor any above it. */
export const nextId = ({ inputs, constants, nodes }: Graph): number =>
  [...inputs, ...constants, ...nodes.flatMap(({ outputs }) => outputs)].reduce((next, { id }) => Math.max(next, id + 1), 0);

/** The graph with other constants in place of some values. */
export function substitute(graph: Graph, constants: ReadonlyMap<number, Omit<FileConstant, 'id'>>): Graph {
  let id = nextId(graph);
  const replaced = new Map([...constants].map(([old, constant]) => [old, { ...constant, id: id++ }]));
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((value) => replaced.get(value.id) ?? value) }));
  return prune({ ...graph, nodes, constants: [...graph.constants, ...replaced.values()] });
}
