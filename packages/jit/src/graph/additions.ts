import type { FileRange } from '../stored.js';
import { nextId, type Attribute, type Constant, type Graph, type MemoryConstant, type Node, type Value } from './graph.js';

/** What a pass adds to a graph. */
export class Additions {
  readonly constants: Constant[] = [];
  private fresh: Node[] = [];
  private id: number;

  constructor(graph: Graph) {
    this.id = nextId(graph);
  }

  node(op: string, inputs: readonly Value[], output: Pick<Value, 'dtype' | 'shape'>, { attributes = {}, domain = '' }: Partial<Pick<Node, 'domain'>> & { attributes?: Readonly<Record<string, Attribute>> } = {}): Value {
    const made: Value = { id: this.id++, dtype: output.dtype, shape: output.shape };
    this.fresh.push({ op, domain, inputs, outputs: [made], attributes });
    return made;
  }

  /** @param numbers  in memory, or where they lie in a file */
  constant(numbers: MemoryConstant['data'] | FileRange, shape: readonly number[], dtype: Value['dtype']): Value {
    const value = { id: this.id++, dtype, shape };
    const made: Constant = 'path' in numbers ? { ...value, file: numbers } : { ...value, data: numbers };
    this.constants.push(made);
    return made;
  }

  /** The operators made since the last call. */
  take(): Node[] {
    return this.fresh.splice(0);
  }
}

/** What `make` gives for a key, made once. */
export function remember<Key, T>(known: Map<Key, T>, key: Key, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}
