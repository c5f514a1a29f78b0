import { PRODUCTS, transposes, type Graph, type Node } from '../graph/graph.js';
import { machineMemory } from '../memory.js';
import { sizeOf } from '../values.js';
import { WORTH_A_FILE } from './shared-weights.js';

/**
 * How the weights of products lie in memory. `packed`: ONNX Runtime keeps a copy of each for each way a program multiplies
 * by it, in the order in which its kernels read: fastest. `mapped`: the one copy that lies in the file or in memory is
 * read, and packed piece by piece on the way; intermediate memory is not laid out ahead either. `int8`: rounded to eight bits
 * (graph/quantise.ts), a quarter of the size and faster, on ONNX Runtime's CPU kernels alone.
 */
export type WeightLayout = 'packed' | 'mapped' | 'int8';

/** Packed weights of one program that are worth their speed: this share of the machine's memory. A run has a few programs. */
const LARGEST_SHARE = 1 / 8;
/** With as many rows to multiply, packing on the way costs a tenth or two, and with one it is not needed; with few rows it costs as much as the product. */
const MANY_ROWS = 256;
/** Runs from which on packed weights gain what it took to pack them, by a program itself or through a file (decision 95). */
const RUNS_WORTH = { own: 80, file: 250 };
/** Of a program with many rows a run gains so many times as much (decision 97). */
const MANY_ROWS_GAIN = 5;
/** Bytes of weights that are packed in a moment. */
const FEW_BYTES = 32e6;

/** The layout a program gets unless the caller says: packed, unless it will run too seldom, or that is large for the memory and gains little. */
export function layoutFor(graph: Graph, { runs = Infinity, available = machineMemory() }: { runs?: number | undefined; available?: number } = {}): WeightLayout {
  const constants = new Set(graph.constants.map(({ id }) => id));
  const products = graph.nodes.filter(({ op, inputs }) => PRODUCTS.includes(op) && constants.has(inputs[1]!.id));
  // A copy for each way in which a matrix is read, however many products do.
  const bytesOf = (nodes: readonly Node[]) =>
    [...new Map(nodes.map((node) => [`${node.inputs[1]!.id} ${transposes(node, 'transB')}`, node.inputs[1]!.shape])).values()].reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  const rowsOf = ({ outputs: [y] }: Node) => sizeOf(y!.shape) / y!.shape.at(-1)!;
  const bytes = bytesOf(products);
  const mostHave = (fits: (rows: number) => boolean) => bytesOf(products.filter((node) => fits(rowsOf(node)))) >= bytes / 2;
  const worth = RUNS_WORTH[bytes < WORTH_A_FILE * available ? 'own' : 'file'] / (mostHave((rows) => rows >= MANY_ROWS) ? MANY_ROWS_GAIN : 1);
  if (bytes >= FEW_BYTES && runs < worth) return 'mapped';
  return bytes > LARGEST_SHARE * available && !mostHave((rows) => rows > 1 && rows < MANY_ROWS) ? 'mapped' : 'packed';
}
