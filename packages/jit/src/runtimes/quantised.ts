import { remember } from '../graph/additions.js';
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
      const make = () => quantiseMatrix(numbersOf(constant), constant.shape as [number, number], transposed);
      return source === undefined ? make() : remember(this.known, `${source} ${constant.shape.join()} ${transposed}`, make);
    });
  }
}

const numbersOf = (constant: Constant): Float32Array => ('file' in constant ? readStored(constant.file, constant.shape) : (constant.data as Float32Array));
