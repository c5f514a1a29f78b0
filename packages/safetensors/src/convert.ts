import type { TensorView } from './dtype.js';
import { WeightsError } from './errors.js';

/**
 * The elements as 32-bit floats: as they are for F32, decoded for F16 and BF16, converted for integers and F64.
 *
 * @throws WeightsError  for eight-bit floats, which this toolkit does not decode
 */
export function toFloat32({ dtype, data }: TensorView): Float32Array {
  if (data instanceof Float32Array) return data;
  if (dtype === 'F16') return decodeFloat16(data as Uint16Array);
  if (dtype === 'BF16') return decodeBfloat16(data as Uint16Array);
  if (dtype === 'F8_E4M3' || dtype === 'F8_E5M2') {
    throw new WeightsError(`toFloat32: expected a float or integer type, got ${dtype}. Convert the checkpoint to F16 or F32 first.`, {
      details: { dtype },
    });
  }
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

let halfTable: Float32Array | undefined;

/** Decodes IEEE 754 half floats by a table of all 65,536 of them. */
function decodeFloat16(bits: Uint16Array): Float32Array {
  const table = (halfTable ??= Float32Array.from({ length: 0x10000 }, (_, half) => halfToNumber(half)));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a 32-bit float. */
function decodeBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

/** Rounds 32-bit floats to IEEE 754 half floats: to nearest, ties to even; beyond 65,504 to infinity. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) halves[i] = toHalf(words[i]!, values[i]!);
  return halves;
}

function toHalf(word: number, value: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  // Rebias the exponent from 127 to 15 and drop 13 bits of the fraction, adding what rounds them to even.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** Exact for the subnormal range: the product above is exact in double precision. */
function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
