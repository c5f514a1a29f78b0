import type { Constant, Graph } from '../graph/graph.js';
import { quantiseMatrix, quantiseProducts, type QuantisedMatrix } from '../graph/quantise.js';
import { readStored } from '../stored.js';
import { Sources } from './sources.js';

/** Matrices in eight bits, made once for all programs of a runtime. */
export class QuantisedWeights {
  private readonly sources = new Sources();
  private readonly known = new Map<string, QuantisedMatrix>();

  /** A graph whose products by constant matrices are of eight bits. */
  in(graph: Graph): Graph {
    return quantiseProducts(graph, (constant, transposed) => {
      const source = this.sources.of(constant);
      const key = `${source} ${constant.shape.join()} ${transposed}`;
      const known = source === undefined ? undefined : this.known.get(key);
      const matrix = known ?? quantiseMatrix(numbersOf(constant), constant.shape as [number, number], transposed);
      if (source !== undefined) this.known.set(key, matrix);
      return matrix;
    });
  }
}

const numbersOf = (constant: Constant): Float32Array => ('file' in constant ? readStored(constant.file, constant.shape) : (constant.data as Float32Array));
