import { engine, KernelBackend, type BackendValues, type DataId, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { GraphDType, Value } from '../graph/graph.js';
import { cast, reshape } from '../rules/emit.js';
import { fileRangeOf } from '../stored.js';
import { typed, type DType, type HostData } from '../values.js';
import { callSite, HostRandomnessError, HostReadError, UnsupportedKernelError } from './errors.js';

/** What the engine knows of the numbers behind tensors. */
interface Held extends Omit<TensorInfo, 'dataId'> {
  readonly backend: KernelBackend;
}

/** TensorFlow.js operations that fill tensors with random values on the host. */
const RANDOM_OPS = /^(rand|truncatedNormal|multinomial|dropout)/;

/**
 * The TensorFlow.js backend behind a trace. Its tensors hold no numbers: each stands for a value of the graph that
 * the kernels are building.
 */
export class TraceBackend extends KernelBackend {
  private values = new WeakMap<DataId, Value>();
  private current: GraphBuilder | undefined;
  private used: Set<DataId> | undefined;

  /** The graph under construction; only defined during a trace. */
  get builder(): GraphBuilder {
    if (!this.current) throw new Error('jit: a traced tensor was used after its trace ended.');
    return this.current;
  }

  begin(builder: GraphBuilder): void {
    this.current = builder;
  }

  end(): void {
    this.current = undefined;
    // Constants hold their numbers, which may be large.
    this.values = new WeakMap();
  }

  /** A TensorFlow.js tensor description that stands for a value. bool and int64 stay what TensorFlow.js can name. */
  info(value: Value): TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype as DataType };
  }

  /** The value behind a tensor; a tensor of another backend enters the graph as a constant. */
  valueBehind({ dataId, shape, dtype }: TensorInfo): Value {
    this.used?.add(dataId);
    const value = this.values.get(dataId) ?? this.constantBehind(dataId);
    // Tensors of another backend may share their numbers and yet differ in shape and type.
    return cast(this.builder, reshape(this.builder, value, shape), graphDType(dtype));
  }

  /** The numbers that another backend holds, in the type and shape in which the engine first saw them. */
  private constantBehind(dataId: DataId): Value {
    // The engine knows which backend holds a tensor; its public interface would move the tensor here instead.
    const record = (engine().state.tensorInfo as WeakMap<DataId, Held>).get(dataId);
    if (!record || record.backend === this) throw new HostReadError(`jit: a tensor of an earlier trace was used${here()}. Pass it in as an input. (At ${callSite()})`);
    const { backend, shape } = record;
    const dtype = graphDType(record.dtype);
    const file = fileRangeOf(dataId);
    const constant = file ? this.builder.stored(file, shape) : this.builder.constant(typed(backend.readSync(dataId) as HostData, dtype), shape, dtype, dataId);
    this.values.set(dataId, constant);
    return constant;
  }

  /** What operations take as inputs while `fn` runs. */
  inputsDuring(fn: () => unknown): ReadonlySet<DataId> {
    const outer = this.used;
    const used = (this.used = new Set<DataId>());
    try {
      fn();
      return used;
    } finally {
      this.used = outer;
    }
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const random = activeOps().find((name) => RANDOM_OPS.test(name));
    if (random) {
      throw new HostRandomnessError(
        `jit: ${random} draws its numbers on the host, so the program would repeat one draw forever. ` +
          `Draw them outside and pass them in as an input. (At ${callSite()})`,
        { details: { op: random } },
      );
    }
    const kind = graphDType(dtype);
    return this.info(this.builder.constant(typed(values as HostData, kind), shape, kind)).dataId;
  }

  override readSync(dataId: DataId): HostData {
    const value = this.values.get(dataId);
    const data = value && this.current?.dataOf(value);
    if (data) return data as HostData;
    throw new HostReadError(
      `jit: a traced function asked for the values of a tensor (${activeOps().at(-1) ?? 'dataSync, arraySync or print'}), ` +
        `but it has none before the program runs. Return the tensor instead, or use operations such as where. (At ${callSite()})`,
    );
  }

  override async read(dataId: DataId): Promise<HostData> {
    return this.readSync(dataId);
  }

  override numDataIds(): number {
    return engine().state.numDataBuffers;
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}

  unsupported(kernel: string, reason: string): never {
    const op = activeOps().at(-1);
    throw new UnsupportedKernelError(
      `jit: kernel ${kernel}${op ? `, reached by tf.${op},` : ''} has no ONNX rule: ${reason}. ` +
        `Use other operations or run this function eagerly. (At ${callSite()})`,
      { details: { kernel, op, reason } },
    );
  }
}

/** Names of the TensorFlow.js operations under way, outermost first; the engine marks them with a suffix. */
function activeOps(): string[] {
  const names = engine().state.scopeStack.map(({ name }) => name);
  return names.flatMap((name) => (name?.endsWith('__op') ? [name.slice(0, -'__op'.length)] : []));
}

const here = (): string => activeOps().slice(-1).map((op) => ` in tf.${op}`).join('');

function graphDType(dtype: DataType): Exclude<GraphDType, 'int64'> & DType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new UnsupportedKernelError(`jit: expected float32, int32 or bool tensors, got ${dtype}${here()}. Use another type or run this function eagerly. (At ${callSite()})`);
}
