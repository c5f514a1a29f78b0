import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readStored } from '../stored.js';
import { sizeOf } from '../values.js';
import { endsFirst } from './order.js';
import { elementTypes, PRODUCTS, type Attribute, type Constant, type Graph, type Node, type Value } from './graph.js';

/**
 * Versions the files declare: operator set 20 (GELU; readable by onnxruntime-web of the same release), file format 9.
 * Field numbers below are those of onnx.proto.
 */
const IR_VERSION = 9;
const OPSETS = { '': 20, 'com.microsoft': 1 };

/**
 * Constants of at least this many bytes stand outside the model file, beyond protobuf's limit of 2 GB; beside constants
 * that are stored in files of their own, all stand inside (runtimes/spill.ts keeps them few).
 */
export const EXTERNAL_BYTES = 64 * 1024;

interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

export interface OnnxModel {
  /** The model file (ModelProto). */
  readonly bytes: Uint8Array;
  /** Large constants in memory by the name under which the model refers to them. */
  readonly external: readonly ExternalData[];
  /** The folder from which the model names the files of stored constants; undefined if it has none. */
  readonly folder: string | undefined;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

const nameOf = (value: Value): string => `v${value.id}`;

/** Serialises a graph as an ONNX model. */
export function toOnnx(graph: Graph): OnnxModel {
  const external: ExternalData[] = [];
  const folder = commonFolder(graph.constants.flatMap((constant) => ('file' in constant && !constant.file.encoding ? [constant.file.path] : [])));
  const outputNames = graph.outputs.map((_, i) => `output${i}`);
  const message = new BinaryWriter();
  message.tag(1, WireType.Varint).int64(IR_VERSION);
  text(message, 2, 'prefix-tuning jit');
  nested(message, 7, (body) => writeGraph(body, graph, { outputNames, external, folder }));
  for (const [domain, version] of Object.entries(OPSETS)) {
    nested(message, 8, (opset) => {
      text(opset, 1, domain);
      opset.tag(2, WireType.Varint).int64(version);
    });
  }
  return { bytes: message.finish(), external, folder, inputNames: graph.inputs.map(nameOf), outputNames };
}

/** What stands beside the graph in a model, or outside it. */
interface Surroundings {
  readonly outputNames: readonly string[];
  readonly external: ExternalData[];
  readonly folder: string | undefined;
}

/** The deepest folder that holds all files, with a separator at its end; empty where files lie on several drives of Windows. */
export function commonFolder(files: readonly string[]): string | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  let end = lastSeparator(first, first.length);
  // The letter of a drive is written large and small, and so is the name of a server.
  const same = /^([a-z]:|\\\\)/i.test(first) ? (path: string) => path.toLowerCase() : (path: string) => path;
  while (!others.every((file) => same(file).startsWith(same(first.slice(0, end))))) end = lastSeparator(first, end - 1);
  // What Windows' servers share are drives, too.
  return first.slice(0, end).replace(/^\\\\([^\\]+\\)?$/, '');
}

/** One past the last separator before `end`; 0 if there is none. */
const lastSeparator = (path: string, end: number): number => (end < 1 ? 0 : Math.max(path.lastIndexOf('/', end - 1), path.lastIndexOf('\\', end - 1)) + 1);

function writeGraph(out: BinaryWriter, graph: Graph, { outputNames, external, folder }: Surroundings): void {
  for (const node of endsFirst(graph.nodes)) nested(out, 1, (body) => writeNode(body, node));
  // An output must be made by exactly one operator, so inputs, constants and repeats are passed through Identity.
  graph.outputs.forEach((value, i) => {
    nested(out, 1, (body) => {
      text(body, 1, nameOf(value));
      text(body, 2, outputNames[i]!);
      text(body, 4, 'Identity');
    });
  });
  text(out, 2, graph.name);
  for (const constant of graph.constants) nested(out, 5, (body) => writeTensor(body, constant, { external, folder }));
  for (const value of graph.inputs) nested(out, 11, (body) => writeValueInfo(body, nameOf(value), value));
  // A shape that ONNX Runtime cannot see by itself is told it: what follows is planned ahead all the same.
  const known = new Set(graph.constants.map(({ id }) => id));
  for (const { op, inputs, outputs } of graph.nodes) {
    if (op === 'Reshape' && !known.has(inputs[1]!.id)) nested(out, 13, (body) => writeValueInfo(body, nameOf(outputs[0]!), outputs[0]!));
  }
  graph.outputs.forEach((value, i) => nested(out, 12, (body) => writeValueInfo(body, outputNames[i]!, value)));
}

function writeNode(out: BinaryWriter, { op, domain, inputs, outputs, attributes }: Node): void {
  for (const value of inputs) text(out, 1, nameOf(value));
  for (const value of outputs) text(out, 2, nameOf(value));
  text(out, 4, op);
  for (const [name, attribute] of Object.entries(attributes)) nested(out, 5, (body) => writeAttribute(body, name, attribute));
  if (domain) text(out, 7, domain);
}

function writeAttribute(out: BinaryWriter, name: string, attribute: Attribute): void {
  text(out, 1, name);
  const type = (code: number) => out.tag(20, WireType.Varint).int32(code);
  if ('float' in attribute) {
    out.tag(2, WireType.Bit32).float(attribute.float);
    type(1);
  } else if ('int' in attribute) {
    out.tag(3, WireType.Varint).int64(attribute.int);
    type(2);
  } else if ('string' in attribute) {
    text(out, 4, attribute.string);
    type(3);
  } else {
    for (const value of attribute.ints) out.tag(8, WireType.Varint).int64(value);
    type(7);
  }
}

function writeTensor(out: BinaryWriter, constant: Constant, { external, folder }: Pick<Surroundings, 'external' | 'folder'>): void {
  for (const n of constant.shape) out.tag(1, WireType.Varint).int64(n);
  out.tag(2, WireType.Varint).int32(elementTypes[constant.dtype].code);
  text(out, 8, nameOf(constant));
  // Encoded numbers become the model's own.
  if ('file' in constant && !constant.file.encoding) {
    const place = { location: constant.file.path.slice(folder!.length), offset: constant.file.offset, length: elementTypes[constant.dtype].bytes * sizeOf(constant.shape) };
    // A copy is found by the operator that may read it.
    const packed = (constant.packed ?? []).flatMap((copy) => PRODUCTS.map((op) => `${op}+${copy}`));
    writeLocation(out, { ...place, ...Object.fromEntries(packed.map((copy, i) => [`prepacked_${i}`, copy])) });
    return;
  }
  const data = 'file' in constant ? readStored(constant.file, constant.shape) : constant.data;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // ONNX Runtime takes external data from files or from memory, not from both.
  if (folder !== undefined || bytes.length < EXTERNAL_BYTES) {
    out.tag(9, WireType.LengthDelimited).bytes(bytes);
    return;
  }
  const path = `${nameOf(constant)}.bin`;
  external.push({ path, data: bytes });
  writeLocation(out, { location: path, offset: 0, length: bytes.length });
}

/** A tensor's bytes stand outside the model file. */
function writeLocation(out: BinaryWriter, location: Readonly<Record<string, string | number>>): void {
  for (const [key, value] of Object.entries(location)) {
    nested(out, 13, (entry) => {
      text(entry, 1, key);
      text(entry, 2, String(value));
    });
  }
  out.tag(14, WireType.Varint).int32(1);
}

function writeValueInfo(out: BinaryWriter, name: string, { dtype, shape }: Value): void {
  text(out, 1, name);
  nested(out, 2, (type) =>
    nested(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(elementTypes[dtype].code);
      nested(tensor, 2, (dims) => {
        for (const n of shape) nested(dims, 1, (dim) => dim.tag(1, WireType.Varint).int64(n));
      });
    }),
  );
}

function text(out: BinaryWriter, field: number, value: string): void {
  out.tag(field, WireType.LengthDelimited).string(value);
}

function nested(out: BinaryWriter, field: number, write: (body: BinaryWriter) => void): void {
  out.tag(field, WireType.LengthDelimited).fork();
  write(out);
  out.join();
}
