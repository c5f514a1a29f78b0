import { remember } from '../graph/additions.js';
import { substitute, type Constant, type Graph, type MemoryConstant } from '../graph/graph.js';
import { EXTERNAL_BYTES } from '../graph/onnx.js';
import { quantiseMatrix, quantiseProducts } from '../graph/quantise.js';
import { readStored } from '../stored.js';
import type { Shared } from './shared-weights.js';
import { Sources } from './sources.js';
import { TemporaryFile } from './temporary-file.js';
import { modules } from './temporary-folder.js';

/** What one program was the first to need. It stays as long as any program uses some of it. */
interface Group {
  readonly file: TemporaryFile;
  readonly keys: string[];
  programs: number;
}

interface Known {
  readonly made: object;
  readonly group: Group;
}

/**
 * What the programs of this process share where weights have eight bits: the rounded matrices, and other weights that are not in files.
 *
 * They lie in temporary files, which every program maps; of what is in memory, ONNX Runtime takes a copy for each. In a browser, where
 * there are no files, they stay in memory.
 */
export class QuantisedWeights {
  private readonly known = new Map<string, Known>();
  private readonly sources = new Sources();

  /**
   * A graph whose products by constant matrices are of eight bits.
   *
   * @throws FileError  if there is no room for the file
   */
  in(graph: Graph): Shared {
    const own: Group = { file: new TemporaryFile(), keys: [], programs: 0 };
    const used = new Set<Group>();
    const once = <T extends object>(key: string, make: () => T): T => {
      const { made, group } = remember(this.known, key, () => {
        const made = make();
        own.keys.push(key);
        return { made, group: own };
      });
      used.add(group);
      return made as T;
    };
    try {
      const placed = this.place(graph, own.file, once);
      for (const group of used) group.programs++;
      return { graph: placed, release: () => this.release(used) };
    } catch (error) {
      this.remove(own);
      throw error;
    } finally {
      own.file.close();
    }
  }

  private place(graph: Graph, file: TemporaryFile, once: <T extends object>(key: string, make: () => T) => T): Graph {
    const inFiles = modules() !== undefined;
    const keyOf = (constant: Constant) => `${this.sources.of(constant)} ${constant.shape.join()}`;
    const rounded = quantiseProducts(graph, (constant, transposed) =>
      once(`${keyOf(constant)} ${transposed}`, () => {
        const { numbers, scales } = quantiseMatrix(numbersOf(constant), constant.shape as [number, number], transposed);
        return { numbers: inFiles ? file.append(numbers) : numbers, scales };
      }),
    );
    if (!inFiles) return rounded;
    const others = rounded.constants.filter((constant): constant is MemoryConstant => 'data' in constant && constant.data.byteLength >= EXTERNAL_BYTES && this.sources.of(constant) !== undefined);
    return substitute(rounded, new Map(others.map((constant) => [constant.id, { dtype: constant.dtype, shape: constant.shape, file: once(keyOf(constant), () => file.append(constant.data)) }])));
  }

  private release(used: Set<Group>): void {
    for (const group of used) if (--group.programs === 0) this.remove(group);
    used.clear();
  }

  private remove({ file, keys }: Group): void {
    for (const key of keys) this.known.delete(key);
    file.remove();
  }
}

const numbersOf = (constant: Constant): Float32Array => ('file' in constant ? readStored(constant.file, constant.shape) : (constant.data as Float32Array));
