import { ShapeError } from '@prefix-tuning/base';
import { alignRows, type NamedPrefixes } from './batch.js';
import { slotValues } from './slots.js';

/** An array with its shape, as ONNX tensors are made of: `new Tensor('float32', data, dims)`. */
export interface DecoderArray<Data> {
  readonly data: Data;
  readonly dims: number[];
}

/** Prefixes as a stock ONNX decoder takes them. */
export interface DecoderCache {
  /** float32 [B, H, P, D] by the decoder's input names, `past_key_values.0.key` and so on. */
  readonly entries: Readonly<Record<string, DecoderArray<Float32Array>>>;
  /**
   * The decoder's `attention_mask` int64 [B, P + T]: the prefixes' part, then that of the tokens, int64 [B, T]. It must
   * cover both; position ids that are counted from it start each row after its own prefix.
   *
   * @throws ShapeError  if the mask has not one row for each name
   */
  attentionMask(tokens: DecoderArray<BigInt64Array>): DecoderArray<BigInt64Array>;
}

/**
 * Makes the cache that ONNX decoders exported with past keys and values accept, those of transformers.js among them.
 *
 * Generation in transformers.js changes the cache it is given: call this again for every generation, it always makes
 * new arrays.
 *
 * @param names  for each row the name of its prefix, or null for none
 * @throws ShapeError  if a name is not among the prefixes, or they are not for one model
 */
export function decoderCache(names: readonly (string | null)[], prefixes: NamedPrefixes): DecoderCache {
  const { rows: values, mask, shape } = alignRows(names, prefixes);
  const { layers, length: P } = shape;
  const B = names.length;
  const slots = slotValues(values, B, shape).map(({ data, shape: dims }) => ({ data, dims: [...dims] }));
  const inputNames = Array.from({ length: 2 * layers }, (_, slot) => `past_key_values.${slot >> 1}.${slot % 2 === 0 ? 'key' : 'value'}`);
  return {
    entries: Object.fromEntries(inputNames.map((name, slot) => [name, slots[slot]!])),
    attentionMask: ({ data, dims }) => {
      const [rows, T = 0] = dims;
      if (rows !== B || data.length !== B * T) {
        throw new ShapeError(`decoderCache: expected a mask of ${B} rows, one for each name, got [${dims.join(', ')}].`, { details: { dims } });
      }
      const all = new BigInt64Array(B * (P + T));
      for (let b = 0; b < B; b++) {
        for (let p = 0; p < P; p++) all[b * (P + T) + p] = BigInt(mask[b * P + p]!);
        all.set(data.subarray(b * T, (b + 1) * T), b * (P + T) + P);
      }
      return { data: all, dims: [B, P + T] };
    },
  };
}
