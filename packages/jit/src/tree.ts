import { PrefixTuningError } from '@prefix-tuning/base';
import { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor } from './values.js';

/** Nested arrays and records whose leaves are tensors: what a jitted function takes and gives. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** The same nesting with host tensors as leaves. */
export type Hosted<T> = T extends Tensor ? HostTensor : { readonly [K in keyof T]: Hosted<T[K]> };

/** Nesting without leaves: `null` marks where each leaf goes. */
export type TreeShape = null | readonly TreeShape[] | { readonly [name: string]: TreeShape };

/** A leaf that is neither a tensor nor a nesting of tensors. */
export class TreeError extends PrefixTuningError {
  readonly code = 'TREE';
}

const isLeaf = (node: unknown): node is Tensor | HostTensor =>
  node instanceof Tensor || (typeof node === 'object' && node !== null && 'dtype' in node && 'shape' in node && 'data' in node);

export interface Flat<Leaf> {
  readonly leaves: Leaf[];
  /** Path of each leaf, such as `weights.wte` or `past.0.key`. */
  readonly names: string[];
  readonly shape: TreeShape;
}

/** Lists the leaves of a nesting in a fixed order (records by their own key order), with their paths. */
export function flatten<Leaf extends Tensor | HostTensor>(tree: unknown): Flat<Leaf> {
  const leaves: Leaf[] = [];
  const names: string[] = [];
  const visit = (node: unknown, path: string): TreeShape => {
    if (isLeaf(node)) {
      leaves.push(node as Leaf);
      names.push(path || 'value');
      return null;
    }
    const child = (key: string | number) => (path ? `${path}.${key}` : `${key}`);
    if (Array.isArray(node)) return node.map((item, i) => visit(item, child(i)));
    if (typeof node === 'object' && node !== null && !ArrayBuffer.isView(node)) {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item, child(key))]));
    }
    throw new TreeError(
      `jit: expected tensors nested in arrays and records, got ${node === null ? 'null' : typeof node} at ${path || 'the top'}. ` +
        'Close over values that are not tensors instead of passing them.',
      { details: { path } },
    );
  };
  const shape = visit(tree, '');
  return { leaves, names, shape };
}

/** Puts leaves back into a nesting: the inverse of {@link flatten}. */
export function unflatten<Leaf>(shape: TreeShape, leaves: readonly Leaf[]): unknown {
  let next = 0;
  const build = (node: TreeShape): unknown => {
    if (node === null) return leaves[next++];
    if (Array.isArray(node)) return node.map(build);
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, build(item)]));
  };
  return build(shape);
}
