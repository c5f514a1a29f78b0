import type { Node } from './graph.js';

/**
 * The same operators in an order from which ONNX Runtime makes a good one.
 *
 * It does not run them in the order of the file: it starts from the operators whose results nobody reads (gradients that
 * leave the program, say), the last in the file first, and runs what each needs. In the order of a trace it would so
 * begin with the first layer's gradient, leave those of all other layers for the end, and keep for them every activation and
 * every gradient in between. So these operators stand at the end, the earliest last.
 */
export function endsFirst(nodes: readonly Node[]): Node[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ id }) => id)));
  const isEnd = ({ outputs }: Node) => outputs.every(({ id }) => !read.has(id));
  return [...nodes.filter((node) => !isEnd(node)), ...nodes.filter(isEnd).reverse()];
}
