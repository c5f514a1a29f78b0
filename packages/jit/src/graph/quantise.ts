import type { FileRange } from '../stored.js';
import { sizeOf } from '../values.js';
import { Additions, remember } from './additions.js';
import { isProduct, PRODUCTS, prune, transposes, type Constant, type Graph, type Node, type Value } from './graph.js';

/** A matrix in eight bits: column n is `scales[n]` times its whole numbers from -LEVELS to LEVELS. */
export interface QuantisedMatrix<Numbers = Int8Array | FileRange> {
  /** [K, N] */
  readonly numbers: Numbers;
  /** [N] */
  readonly scales: Float32Array;
}

/**
 * Steps on each side of zero. Weights have seven bits: processors without instructions of their own for it (VNNI) add two products of
 * an unsigned and a signed byte in 16 bits, where 2 x 255 x 63 fits and 2 x 255 x 127 does not.
 */
const LEVELS = { weights: 63, rows: 127 };
/** What stands for 0 in a row of unsigned bytes. */
const ZERO = 128;
/** Smaller matrices have little to gain. */
const SMALLEST = 2 ** 14;
/** With more rows in a matrix, a sum of the largest numbers could pass the ends of int32. */
const MOST_ROWS = Math.floor((2 ** 31 - 1) / (LEVELS.weights * (ZERO + LEVELS.rows)));

/**
 * The same graph with products by constant matrices in whole numbers of eight bits: less time than float32 takes, the larger the matrix the more so.
 *
 * With s_m = max_k |x_mk| / 127 and t_n = max_k |w_kn| / 63:  y_mn = s_m t_n sum_k round(x_mk / s_m) round(w_kn / t_n)
 *
 * Every row of x has a scale of its own, so that no row's result depends on another's, and small rows (gradients of words that
 * matter little) are as exact as large ones. Sums of whole numbers are exact, in any order. A row with a NaN or an infinity gives a row of NaN,
 * and so does one whose sizes add up to an infinity; rows below 1e-30 and columns below 2e-37 lose more, at last all.
 * Probabilities stay as they are, and what is computed from them number by number: of a row that softmax made, most may be too small
 * for a 127th of the largest, and together they count. So do matrices that the function or a rule makes, which are no weights.
 *
 * @param quantised  a constant's numbers [K, N] in eight bits, or of its transpose
 * @see Dettmers et al. 2022 (LLM.int8()), section 3.1: vector-wise quantisation
 */
export function quantiseProducts(graph: Graph, quantised: (constant: Constant, transposed: boolean) => QuantisedMatrix): Graph {
  const constants = new Map(graph.constants.map((constant) => [constant.id, constant]));
  const distributions = distributionsIn(graph);
  const writer = new Writer(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const [x, w] = node.inputs as [Value, Value];
    const constant = isProduct(node) ? constants.get(w.id) : undefined;
    if (!constant || !isWeight(constant) || constants.has(x.id) || distributions.has(x.id) || x.shape[0] === 0 || x.shape[1]! > MOST_ROWS) return [node];
    const transposed = transposes(node, 'transB');
    return writer.product(node, writer.matrix(`${w.id} ${transposed}`, node, () => quantised(constant, transposed)));
  });
  return prune({ ...graph, nodes, constants: [...graph.constants, ...writer.added.constants] });
}

const isWeight = (constant: Constant): boolean => ('file' in constant || constant.owner !== undefined) && sizeOf(constant.shape) >= SMALLEST;

/**
 * Ids of probabilities, and of what was computed from them number by number, such as their difference from a target. Softmax makes
 * them, or an exponential of what is less a number for each row (its largest, or the logarithm of its sum).
 */
function distributionsIn({ nodes }: Graph): ReadonlySet<number> {
  const [found, differences] = [new Set<number>(), new Set<number>()];
  for (const { op, inputs, outputs: [y] } of nodes) {
    const asLarge = inputs.filter(({ shape }) => sizeOf(shape) === sizeOf(y!.shape));
    if (op === 'Sub' && asLarge.length === 1) differences.add(y!.id);
    const made = op === 'Softmax' || (op === 'Exp' && differences.has(inputs[0]!.id));
    if (made || (!PRODUCTS.includes(op) && asLarge.some(({ id }) => found.has(id)))) found.add(y!.id);
  }
  return found;
}

interface Matrix {
  readonly numbers: Value;
  readonly scales: Value;
}

/** Rows in eight bits: unsigned, ZERO in the middle, with the scale of each, [M, 1]. */
interface Rows {
  readonly numbers: Value;
  readonly scales: Value;
}

class Writer {
  readonly added: Additions;
  private readonly matrices = new Map<string, Matrix>();
  private readonly rows = new Map<number, Rows>();
  private readonly shared = new Map<string, Value>();

  constructor(graph: Graph) {
    this.added = new Additions(graph);
  }

  /** A quantised matrix as constants of the graph. */
  matrix(key: string, { inputs: [x], outputs: [y] }: Node, make: () => QuantisedMatrix): Matrix {
    return remember(this.matrices, key, () => {
      const { numbers, scales } = make();
      const [K, N] = [x!.shape[1]!, y!.shape[1]!];
      return { numbers: this.added.constant(numbers, [K, N], 'int8'), scales: this.added.constant(scales, [N], 'float32') };
    });
  }

  /** The operators in place of a product. */
  product({ inputs: [x], outputs: [y] }: Node, { numbers, scales }: Matrix): Node[] {
    const rows = remember(this.rows, x!.id, () => this.quantise(x!));
    const inputs = [rows.numbers, numbers, this.scalar(1), scales, this.zero([])];
    const sums = this.added.node('MatMulIntegerToFloat', inputs, y!, { domain: 'com.microsoft' });
    return [...this.added.take(), { op: 'Mul', domain: '', inputs: [sums, rows.scales], outputs: [y!], attributes: {} }];
  }

  private quantise(x: Value): Rows {
    const M = x.shape[0]!;
    const [column, line] = [{ dtype: 'float32', shape: [M, 1] }, { dtype: 'float32', shape: [M] }] as const;
    const reduce = (op: string) => this.added.node(op, [x, this.int64s([-1])], column);
    const largest = this.added.node('Max', [reduce('ReduceMax'), this.added.node('Neg', [reduce('ReduceMin')], column), this.scalar(1e-30)], column);
    const scales = this.added.node('Mul', [largest, this.scalar(1 / LEVELS.rows)], column);
    const flat = this.added.node('Reshape', [scales, this.int64s([M])], line);
    const numbers = this.added.node('QuantizeLinear', [x, flat, this.zero([M])], { dtype: 'uint8', shape: x.shape }, { attributes: { axis: { int: 0 } } });
    // ONNX Runtime's maxima lose a NaN, its sums do not.
    const odd = this.added.node('Mul', [reduce('ReduceL1'), this.scalar(0)], column);
    return { numbers, scales: this.added.node('Add', [scales, odd], column) };
  }

  private scalar(value: number): Value {
    return remember(this.shared, `scalar ${value}`, () => this.added.constant(Float32Array.of(value), [], 'float32'));
  }

  private zero(shape: readonly number[]): Value {
    return remember(this.shared, `zero ${shape.join()}`, () => this.added.constant(new Uint8Array(sizeOf(shape)).fill(ZERO), shape, 'uint8'));
  }

  private int64s(numbers: readonly number[]): Value {
    return remember(this.shared, `int64s ${numbers.join()}`, () => this.added.constant(BigInt64Array.from(numbers.map(BigInt)), [numbers.length], 'int64'));
  }
}

/**
 * A matrix in eight bits, with a scale for each column.
 *
 * @param values  float32 [rows, columns]
 * @param transposed  whether its transpose is wanted
 */
export function quantiseMatrix(values: Float32Array, [rows, columns]: readonly [number, number], transposed: boolean): QuantisedMatrix<Int8Array> {
  const scales = new Float32Array(transposed ? rows : columns);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      const n = transposed ? r : c;
      const size = Math.abs(values[i]!);
      if (size > scales[n]! || Number.isNaN(size)) scales[n] = size;
    }
  }
  const inverse = scales.map((size) => (size === 0 ? 0 : LEVELS.weights / size));
  const numbers = new Int8Array(values.length);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) numbers[transposed ? c * rows + r : i] = Math.round(values[i]! * inverse[transposed ? r : c]!);
  }
  return { numbers, scales: scales.map((size) => size / LEVELS.weights) };
}
