import { FileError } from '@prefix-tuning/base';
import { elementTypes, nextId, prune, substitute, transposes, type FileConstant, type Graph, type Node, type Value } from '../graph/graph.js';
import { toOnnx, type OnnxModel } from '../graph/onnx.js';
import { machineMemory } from '../memory.js';
import { sizeOf } from '../values.js';
import { savedWeights, type SavedWeight } from './saved-model.js';
import { Sources } from './sources.js';
import { modules, temporaryFolder, temporaryVariable } from './temporary-folder.js';

/**
 * Matrices that take a smaller share of the memory are packed by each program for itself: a file takes a few seconds to
 * write, and a run has a handful of programs.
 */
export const WORTH_A_FILE = 1 / 32;
/** Matrices that take a larger share have no room for a packed copy beside the file: not even the first program has its own. */
const ONCE_ALONE = 1 / 8;
/** Matrices packed at a time, which takes as much memory again for a moment. */
const FILE_BYTES = 256e6;

/** Products of whose right side a packed copy can be shared. */
const SHARED = ['MatMul', 'Gemm', 'MatMulIntegerToFloat'];

/** Bytes of matrices. */
interface Limits {
  /** A program's that are worth a file. */
  readonly fewest: number;
  /** Up to which the first program packs for itself: there may be no second. */
  readonly alone: number;
  /** Packed into one file. */
  readonly atATime: number;
}

/** Where ONNX Runtime is to save a model, its weights, and their packed copies. */
export interface SaveTo {
  readonly model: string;
  /** File of the weights, in the folder of the model. */
  readonly weights: string;
}

/** Starts and ends a session that saves what it packed. */
export type SaveSession = (model: OnnxModel, to: SaveTo) => Promise<void>;

/** A graph whose matrices lie packed in files, until it is released. */
export interface Shared {
  readonly graph: Graph;
  release(): void;
}

/** A matrix on the right side of products: a constant, or a constant with zeros behind its rows or columns. */
interface Matrix {
  readonly value: Value;
  readonly pad: Node | undefined;
  /** Same numbers in the same shape. */
  readonly key: string;
  /** A product for each way in which it is read, as it lies or transposed: each has its packed copy. */
  readonly products: Map<boolean, Node>;
}

interface PackedFile {
  readonly path: string;
  programs: number;
}

interface Packed {
  readonly file: PackedFile;
  /** The ways in which it can be read. */
  readonly transposed: ReadonlySet<boolean>;
  readonly constant: Omit<FileConstant, 'id'>;
}

/**
 * Packed weights that the programs of this process share.
 *
 * ONNX Runtime multiplies fastest by weights that lie in the order in which its kernels read them, and each session
 * makes that copy for itself. It can save it beside the weights, and a session that finds it there maps the file
 * instead: however many programs there are, memory holds one copy, which the system may even drop and read again.
 * Files are temporary: they go when no program uses them, when the process ends, and, after a crash, with the next start.
 */
export class SharedWeights {
  private readonly known = new Map<string, Packed[]>();
  /** Keys of the matrices of every program so far. */
  private readonly seen = new Set<string>();
  private readonly sources = new Sources();
  private turn: Promise<unknown> = Promise.resolve();
  private folder: string | undefined;
  private files = 0;
  private failed = false;

  constructor(private readonly limits: Limits = { fewest: WORTH_A_FILE * machineMemory(), alone: ONCE_ALONE * machineMemory(), atATime: FILE_BYTES }) {}

  /**
   * The graph with its large matrices in files, packed if they are in none yet; the graph as it is where that is not worth a
   * file, where no program had any of them before, or where there is no room for a file, which is said once.
   *
   * @param options.alone  whether the program may be the only one with its matrices
   */
  share(graph: Graph, save: SaveSession, { alone = true }: { readonly alone?: boolean } = {}): Promise<Shared> {
    const shared = this.turn.then(() => this.replace(graph, save, alone));
    // Without its result: the graph holds its constants.
    this.turn = shared.then(() => {}, () => {});
    return shared;
  }

  private async replace(graph: Graph, save: SaveSession, maybeAlone: boolean): Promise<Shared> {
    const matrices = this.matricesOf(graph);
    const alone: Shared = { graph, release: () => {} };
    const bytes = bytesOf(matrices);
    if (this.failed || !modules() || bytes < this.limits.fewest) return alone;
    const first = !matrices.some(({ key }) => this.seen.has(key));
    for (const { key } of matrices) this.seen.add(key);
    if (maybeAlone && first && bytes < this.limits.alone) return alone;
    try {
      for (const part of parts(matrices.filter((matrix) => !this.find(matrix)), this.limits.atATime)) await this.pack(part, graph, save);
    } catch (cause) {
      this.failed = true;
      for (const { file } of [...this.known.values()].flat()) if (file.programs === 0) this.remove(file);
      console.warn(`jit: ${(cause as Error).message} Every program keeps packed weights of its own for now. Make room there, or name another folder in ${temporaryVariable()}.`);
      return alone;
    }
    const packed = matrices.map((matrix) => this.find(matrix)!);
    const files = new Set(packed.map(({ file }) => file));
    for (const file of files) file.programs++;
    const release = () => {
      for (const file of files) if (--file.programs === 0) this.remove(file);
      files.clear();
    };
    return { graph: substitute(graph, new Map(matrices.map(({ value }, i) => [value.id, packed[i]!.constant]))), release };
  }

  private find({ key, products }: Matrix): Packed | undefined {
    return this.known.get(key)?.find((packed) => [...products.keys()].every((way) => packed.transposed.has(way)));
  }

  private async pack(matrices: readonly Matrix[], graph: Graph, save: SaveSession): Promise<void> {
    const { fs, path } = modules()!;
    const folder = (this.folder ??= temporaryFolder());
    const to: SaveTo = { model: path.join(folder, `${this.files}.onnx`), weights: `${this.files++}.bin` };
    const file: PackedFile = { path: path.join(folder, to.weights), programs: 0 };
    try {
      const model = toOnnx(productsOf(matrices, graph));
      await save(model, to);
      const saved = savedWeights(fs.readFileSync(to.model));
      const size = fs.statSync(file.path).size;
      let output = 0;
      for (const { key, value, products } of matrices) {
        const weights = [...products].map(() => saved.get(`output${output++}`));
        this.known.set(key, [...(this.known.get(key) ?? []), { file, transposed: new Set(products.keys()), constant: constantOf(weights, { value, path: file.path, size }) }]);
      }
    } catch (error) {
      this.remove(file);
      throw error;
    } finally {
      fs.rmSync(to.model, { force: true });
    }
  }

  private remove(file: PackedFile): void {
    for (const [key, packed] of this.known) {
      const left = packed.filter((one) => one.file !== file);
      if (left.length > 0) this.known.set(key, left);
      else this.known.delete(key);
    }
    try {
      modules()!.fs.rmSync(file.path, { force: true });
    } catch {
      // Windows keeps a file that is still mapped; it goes with its folder, with this process or the next.
    }
  }

  private matricesOf({ nodes, constants }: Graph): Matrix[] {
    const known = new Map(constants.map((constant) => [constant.id, constant]));
    const pads = new Map(nodes.filter(({ op, inputs }) => op === 'Pad' && known.has(inputs[0]!.id)).map((node) => [node.outputs[0]!.id, node]));
    const found = new Map<number, Matrix>();
    for (const node of nodes) {
      if (!SHARED.includes(node.op)) continue;
      const value = node.inputs[1]!;
      const pad = pads.get(value.id);
      const constant = known.get(pad ? pad.inputs[0]!.id : value.id);
      const source = constant && this.sources.of(constant);
      if (!source || value.shape.length !== 2) continue;
      const matrix = found.get(value.id) ?? { value, pad, key: `${source} ${value.shape.join()}`, products: new Map() };
      matrix.products.set(transposes(node, 'transB'), node);
      found.set(value.id, matrix);
    }
    return [...found.values()];
  }
}

const bytesOf = (matrices: readonly Matrix[]): number => matrices.reduce((sum, { value }) => sum + elementTypes[value.dtype].bytes * sizeOf(value.shape), 0);

/** Matrices in order, as many at a time as may be packed together. */
function parts(matrices: readonly Matrix[], most: number): Matrix[][] {
  const all: Matrix[][] = [];
  for (const matrix of matrices) {
    const last = all.at(-1);
    if (last && bytesOf([...last, matrix]) <= most) last.push(matrix);
    else all.push([matrix]);
  }
  return all;
}

/** A graph of nothing but one product for each way in which a matrix is read. */
function productsOf(matrices: readonly Matrix[], graph: Graph): Graph {
  let id = nextId(graph);
  const row = (dtype: Value['dtype'], size: number): Value => ({ id: id++, dtype, shape: [1, size] });
  const products = matrices.flatMap(({ value, products }) => {
    const [rows, columns] = value.shape as [number, number];
    return [...products].map(([transposed, node]): Node => {
      const [inner, outer] = transposed ? [columns, rows] : [rows, columns];
      const [x, ...others] = node.inputs;
      return { ...node, inputs: [row(x!.dtype, inner), ...others], outputs: [row('float32', outer)], attributes: transposed ? { transB: { int: 1 } } : {} };
    });
  });
  const pads = matrices.flatMap(({ pad }) => pad ?? []);
  const inputs = products.map((product) => product.inputs[0]!);
  return prune({ ...graph, name: 'weights', inputs, inputNames: [], nodes: [...pads, ...products], outputs: products.map((product) => product.outputs[0]!) });
}

/**
 * The constant that was saved for a matrix.
 *
 * @param weights  what each of the matrix's products reads in the saved model: one weight, with a packed copy for each
 */
function constantOf(weights: readonly (SavedWeight | undefined)[], { value, path, size }: { value: Value; path: string; size: number }): Omit<FileConstant, 'id'> {
  const [weight] = weights;
  const packed = Object.entries(weight?.place ?? {}).flatMap(([key, entry]) => (key.startsWith('prepacked_') ? [entry.slice(entry.indexOf('+') + 1)] : []));
  const ends = [`${weight?.place['offset']};${weight?.place['length']}`, ...packed.flatMap((entry) => entry.split('|').slice(1))].map((range) => {
    const [offset, length] = range.split(';').map(Number);
    return offset! + length!;
  });
  // A full disk is not always an error to who writes.
  const whole = weight && weights.every((other) => other === weight) && packed.length === weights.length && weight.shape.join() === value.shape.join() && ends.every((end) => end <= size);
  if (!whole) throw new FileError(`${path}: expected packed weights of shape [${value.shape.join(', ')}], got a file without them.`, { details: { file: path } });
  return { dtype: value.dtype, shape: value.shape, file: { path, offset: Number(weight.place['offset']) }, packed };
}
