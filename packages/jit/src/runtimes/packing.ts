import { PRODUCTS, type Graph } from '../graph/graph.js';
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

/** The layout a program gets unless the caller says: packed, unless it will run too seldom, or that is large for the memory and gains little. */
export function layoutFor(graph: Graph, { runs = Infinity, available = machineMemory() }: { runs?: number | undefined; available?: number } = {}): WeightLayout {
  const constants = new Set(graph.constants.map(({ id }) => id));
  const products = graph.nodes.filter(({ op, inputs }) => PRODUCTS.includes(op) && constants.has(inputs[1]!.id));
  const bytes = products.reduce((sum, { inputs }) => sum + 4 * sizeOf(inputs[1]!.shape), 0);
  const rows = Math.min(...products.map(({ outputs }) => sizeOf(outputs[0]!.shape) / outputs[0]!.shape.at(-1)!));
  if (runs < (bytes < WORTH_A_FILE * available ? RUNS_WORTH.own : RUNS_WORTH.file)) return 'mapped';
  return bytes > LARGEST_SHARE * available && (rows >= MANY_ROWS || rows === 1) ? 'mapped' : 'packed';
}
