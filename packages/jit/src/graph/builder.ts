import { sizeOf, type DType } from '../values.js';
import type { FileRange } from '../stored.js';
import { prune, type Attribute, type Constant, type Graph, type GraphDType, type MemoryConstant, type Node, type Value } from './graph.js';

export interface OutputSpec {
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** Constants up to this many elements are compared by content, so that equal ones become one. */
const SMALL = 1024;

/**
 * Builds a graph. Every operator is pure, so an operator on the same inputs with the same attributes is the same
 * value: the builder returns the existing one instead of adding a second node.
 */
export class GraphBuilder {
  private readonly inputs: Value[] = [];
  private readonly nodes: Node[] = [];
  private readonly constants = new Map<number, Constant>();
  private readonly producers = new Map<number, Node>();
  private readonly known = new Map<string, readonly Value[]>();
  private nextId = 0;

  input(spec: OutputSpec): Value {
    const value = this.value(spec);
    this.inputs.push(value);
    return value;
  }

  constant(data: MemoryConstant['data'], shape: readonly number[], dtype: GraphDType, owner?: object): Value {
    if (data.length > SMALL) return this.addConstant(data, shape, dtype, owner);
    const key = `constant ${dtype} ${shape.join()} ${bytesOf(data)}`;
    return this.once(key, () => [this.addConstant(data, shape, dtype)])[0]!;
  }

  /** Numbers that stay in a file; the same range is the same value. */
  stored(file: FileRange, shape: readonly number[]): Value {
    return this.once(`stored ${file.offset} ${shape.join()} ${file.path}`, () => [this.keep({ ...this.value({ dtype: 'float32', shape }), file })])[0]!;
  }

  /** A constant's numbers in another shape. */
  reshaped(constant: Constant, shape: readonly number[]): Value {
    if ('file' in constant) return this.stored(constant.file, shape);
    return this.once(`reshaped ${constant.id} ${shape.join()}`, () => [this.constant(constant.data, shape, constant.dtype, constant.owner)])[0]!;
  }

  scalar(value: number, dtype: DType = 'float32'): Value {
    const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype].of(value);
    return this.constant(data, [], dtype);
  }

  /** A one-dimensional int64 constant: shapes, axes, and slice bounds. */
  int64s(values: readonly number[]): Value {
    return this.constant(BigInt64Array.from(values.map(BigInt)), [values.length], 'int64');
  }

  add(op: string, inputs: readonly Value[], output: OutputSpec, options?: NodeOptions): Value {
    return this.addMany(op, inputs, [output], options)[0]!;
  }

  addMany(op: string, inputs: readonly Value[], outputs: readonly OutputSpec[], options: NodeOptions = {}): readonly Value[] {
    const { attributes = {}, domain = '' } = options;
    const key = `${domain}.${op} ${inputs.map((value) => value.id).join()} ${JSON.stringify(attributes)}`;
    return this.once(key, () => {
      const node: Node = { op, domain, inputs, outputs: outputs.map((spec) => this.value(spec)), attributes };
      this.nodes.push(node);
      node.outputs.forEach((value) => this.producers.set(value.id, node));
      return node.outputs;
    });
  }

  constantOf(value: Value): Constant | undefined {
    return this.constants.get(value.id);
  }

  /** The known numbers behind a value, if it is a constant in memory. */
  dataOf(value: Value): MemoryConstant['data'] | undefined {
    const constant = this.constants.get(value.id);
    return constant && 'data' in constant ? constant.data : undefined;
  }

  /** The operator that makes a value, if one does. */
  producerOf(value: Value): Node | undefined {
    return this.producers.get(value.id);
  }

  /** The finished graph, without the work whose result nobody uses. */
  finish(name: string, inputNames: readonly string[], outputs: readonly Value[]): Graph {
    return prune({ name, inputs: this.inputs, inputNames, constants: [...this.constants.values()], nodes: this.nodes, outputs });
  }

  private once(key: string, make: () => readonly Value[]): readonly Value[] {
    const existing = this.known.get(key);
    if (existing) return existing;
    const made = make();
    this.known.set(key, made);
    return made;
  }

  private addConstant(data: MemoryConstant['data'], shape: readonly number[], dtype: GraphDType, owner?: object): Constant {
    if (data.length !== sizeOf(shape)) throw new RangeError(`constant: expected ${sizeOf(shape)} values, got ${data.length}`);
    return this.keep({ ...this.value({ dtype, shape }), data, owner });
  }

  private keep(constant: Constant): Constant {
    this.constants.set(constant.id, constant);
    return constant;
  }

  private value({ dtype, shape }: OutputSpec): Value {
    return { id: this.nextId++, dtype, shape: [...shape] };
  }
}

function bytesOf(data: MemoryConstant['data']): string {
  return String.fromCharCode(...new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
