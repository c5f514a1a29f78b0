import type { Attribute, Constant, Graph, Value } from './graph.js';

/**
 * A listing of the graph for people and snapshots: one line per input, constant and operator.
 *
 *   %5 float32[2,3] = MatMul(%0, %4)
 */
export function printGraph(graph: Graph): string {
  const names = new Map<number, string>();
  const nameOf = (value: Value) => names.get(value.id) ?? names.set(value.id, `%${names.size}`).get(value.id)!;
  const typed = (value: Value) => `${nameOf(value)} ${value.dtype}[${value.shape.join(',')}]`;
  return [
    `graph ${graph.name}`,
    ...graph.inputs.map((value, i) => `  ${typed(value)} = input ${graph.inputNames[i] ?? i}`),
    ...graph.constants.map((constant) => `  ${typed(constant)} = ${'file' in constant ? 'stored' : 'constant'} ${preview(constant)}`),
    ...graph.nodes.map((node) => {
      const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}=${printAttribute(value)}`);
      const args = [...node.inputs.map(nameOf), ...attributes].join(', ');
      return `  ${node.outputs.map(typed).join(', ')} = ${node.domain ? `${node.domain}.` : ''}${node.op}(${args})`;
    }),
    `  return ${graph.outputs.map(nameOf).join(', ')}`,
  ].join('\n');
}

function preview(constant: Constant): string {
  if ('file' in constant) return `${constant.file.path} from byte ${constant.file.offset}${constant.file.encoding ? ', encoded' : ''}`;
  const { data } = constant;
  const shown = Array.from<number | bigint, string>(data.slice(0, 6) as Iterable<number | bigint>, (x) => String(typeof x === 'number' ? Number(x.toPrecision(6)) : x));
  return `{${shown.join(', ')}${data.length > 6 ? ', ...' : ''}}`;
}

function printAttribute(attribute: Attribute): string {
  if ('ints' in attribute) return `[${attribute.ints.join(',')}]`;
  return String(Object.values(attribute)[0]);
}
