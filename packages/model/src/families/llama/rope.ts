import { fields } from '../fields.js';

/** Rotary positions, Su et al. 2021. */
export interface Rope {
  /** Base of the frequencies. */
  readonly theta: number;
  /** What slows them, for texts longer than those of the first training. */
  readonly scaling?: RopeScaling;
}

export interface RopeScaling {
  readonly factor: number;
  /** Llama 3.1: frequencies keep what part of them turns more often than this in so many positions. Else all are divided. */
  readonly keep?: { readonly positions: number; readonly low: number; readonly high: number };
}

/** Newer files keep everything in `rope_parameters`, older ones the base at the top and the rest in `rope_scaling`. */
export function parseRope(raw: Readonly<Record<string, unknown>>, file: string): Rope {
  const rope = (raw['rope_scaling'] ?? raw['rope_parameters'] ?? {}) as Readonly<Record<string, unknown>>;
  const read = fields({ ...raw, ...rope, rope_type: rope['rope_type'] ?? rope['type'] }, file);
  const theta = read.number('rope_theta', 10_000);
  const kind = read.choice('rope_type', ['default', 'linear', 'llama3'], 'default');
  if (kind === 'default') return { theta };
  const factor = read.number('factor');
  if (kind === 'linear') return { theta, scaling: { factor } };
  const positions = read.number('original_max_position_embeddings', read.number('max_position_embeddings'));
  return { theta, scaling: { factor, keep: { positions, low: read.number('low_freq_factor'), high: read.number('high_freq_factor') } } };
}

/**
 * Radians that each pair of a head's D numbers turns from one position to the next.
 *
 * theta^(-2 i / D), i < D / 2; scaled: divided by the factor, or in part: all of it up to `low` turns, none from `high` on
 *
 * @see transformers' ROPE_INIT_FUNCTIONS, `linear` and `llama3`
 */
export function frequencies({ theta, scaling }: Rope, D: number): number[] {
  const plain = Array.from({ length: D / 2 }, (_, i) => theta ** ((-2 * i) / D));
  return scaling ? plain.map((frequency) => slow(frequency, scaling)) : plain;
}

function slow(frequency: number, { factor, keep }: RopeScaling): number {
  if (!keep) return frequency / factor;
  const turns = (frequency * keep.positions) / (2 * Math.PI);
  const share = Math.min(1, Math.max(0, (turns - keep.low) / (keep.high - keep.low)));
  return share * frequency + ((1 - share) * frequency) / factor;
}
