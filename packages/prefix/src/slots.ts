import type { PrefixShape } from './spec.js';
import type { Values } from './values.js';

/** One entry for each layer, in plain memory: float32 [B, H, P, D]. */
export type HostPast = readonly { readonly key: Values; readonly value: Values }[];

/**
 * Cuts rows into keys and values without a backend.
 *
 * @param rows  float32 [B, P, 2 L H D]
 * @returns  2 L arrays [B, H, P, D]: layer 0 key, layer 0 value, layer 1 key, ...
 */
export function slotValues(rows: Float32Array, B: number, { layers, heads, headDim: D, length: P }: PrefixShape): Values[] {
  const slots = 2 * layers * heads;
  const slot = (s: number): Values => {
    const data = new Float32Array(B * heads * P * D);
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < heads; h++) {
        for (let p = 0; p < P; p++) {
          const from = ((b * P + p) * slots + s * heads + h) * D;
          data.set(rows.subarray(from, from + D), ((b * heads + h) * P + p) * D);
        }
      }
    }
    return { dtype: 'float32', shape: [B, heads, P, D], data };
  };
  return Array.from({ length: 2 * layers }, (_, s) => slot(s));
}
