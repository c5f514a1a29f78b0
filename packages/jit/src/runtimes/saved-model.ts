import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A weight of a model that ONNX Runtime saved: its shape, and what the model says of where it lies. */
export interface SavedWeight {
  readonly shape: readonly number[];
  /** `location`, `offset`, `length`, and `prepacked_0` and so on: `operator+hash|offset;length;flags` for each packed copy. */
  readonly place: Readonly<Record<string, string>>;
}

/** The right sides of a saved model's products, by the name of the product. Field numbers are those of onnx.proto. */
export function savedWeights(bytes: Uint8Array): Map<string, SavedWeight> {
  const [graph] = fields(bytes)[7]!;
  const { 1: nodes = [], 5: tensors = [] } = fields(graph as Uint8Array);
  const weights = new Map((tensors as Uint8Array[]).map((tensor) => {
    const { 1: shape = [], 8: name, 13: place = [] } = fields(tensor);
    const entries = (place as Uint8Array[]).map((entry) => [text(fields(entry)[1]), text(fields(entry)[2])]);
    return [text(name), { shape: shape as number[], place: Object.fromEntries(entries) as Record<string, string> }] as const;
  }));
  return new Map((nodes as Uint8Array[]).flatMap((node): [string, SavedWeight][] => {
    const { 1: inputs = [], 2: outputs } = fields(node);
    const weight = weights.get(text(inputs.slice(1)));
    return weight ? [[text(outputs), weight]] : [];
  }));
}

const text = (values: readonly (number | Uint8Array)[] = []): string => new TextDecoder().decode(values[0] as Uint8Array | undefined);

/** What a message holds, by field number: numbers, packed or not, and everything else as bytes. */
function fields(bytes: Uint8Array): Record<number, (number | Uint8Array)[]> {
  const reader = new BinaryReader(bytes);
  const found: Record<number, (number | Uint8Array)[]> = {};
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === 0) (found[field] ??= []).push(Number(reader.int64()));
    else if (wire === 2) (found[field] ??= []).push(reader.bytes());
    else reader.skip(wire, field);
  }
  return found;
}
