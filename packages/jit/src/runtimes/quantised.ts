import { remember } from '../graph/additions.js';
import type { Constant, Graph } from '../graph/graph.js';
import { quantiseMatrix, quantiseProducts, type QuantisedMatrix } from '../graph/quantise.js';
import { readStored } from '../stored.js';
import type { Shared } from './shared-weights.js';
import { Sources } from './sources.js';
import { TemporaryFile } from './temporary-file.js';

/** Matrices that one program was the first to need. They stay as long as any program uses one of them. */
interface Group {
  readonly file: TemporaryFile;
  readonly keys: string[];
  programs: number;
}

interface Rounded {
  readonly matrix: QuantisedMatrix;
  readonly group: Group;
}

/**
 * Matrices in eight bits that the programs of this process share.
 *
 * Beside constants in files they lie in a temporary file, which every program maps; else in memory, as ONNX Runtime takes external
 * data from files or from memory, not from both.
 */
export class QuantisedWeights {
  private readonly known = new Map<string, Rounded>();
  private readonly sources = new Sources();

  /**
   * A graph whose products by constant matrices are of eight bits.
   *
   * @throws FileError  if there is no room for the file
   */
  in(graph: Graph): Shared {
    const mapped = graph.constants.some((constant) => 'file' in constant);
    const own: Group = { file: new TemporaryFile(), keys: [], programs: 0 };
    const used = new Set<Group>();
    const find = (constant: Constant, transposed: boolean): Rounded => {
      const key = `${this.sources.of(constant)} ${constant.shape.join()} ${transposed} ${mapped}`;
      return remember(this.known, key, () => {
        const { numbers, scales } = quantiseMatrix(numbersOf(constant), constant.shape as [number, number], transposed);
        const matrix = { numbers: mapped ? own.file.append(numbers) : numbers, scales };
        own.keys.push(key);
        return { matrix, group: own };
      });
    };
    try {
      const rounded = quantiseProducts(graph, (constant, transposed) => {
        const { matrix, group } = find(constant, transposed);
        used.add(group);
        return matrix;
      });
      for (const group of used) group.programs++;
      return { graph: rounded, release: () => this.release(used) };
    } catch (error) {
      this.remove(own);
      throw error;
    } finally {
      own.file.close();
    }
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
