import { ShapeError } from '@prefix-tuning/base';
import { tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { splitRows, type LayerPast } from './expand.js';
import type { FoldedPrefix } from './fold.js';
import { positionSize, type PrefixShape } from './spec.js';

/**
 * Puts prefixes one after the other: later tokens attend to all of them.
 *
 * @throws ShapeError  if they are not for one model
 */
export function concatPrefixes(prefixes: readonly FoldedPrefix[]): FoldedPrefix {
  const shape = sharedShape(prefixes, 'concatPrefixes');
  const length = prefixes.reduce((sum, prefix) => sum + prefix.length, 0);
  const size = positionSize({ ...shape, length });
  const data = new Float32Array(length * size);
  let at = 0;
  for (const { rows } of prefixes) {
    data.set(rows.data, at);
    at += rows.data.length;
  }
  return { ...shape, length, rows: { dtype: 'float32', shape: [length, size], data } };
}

/**
 * Averages prefixes of one length: sum of weight x prefix, number by number. Weights need not sum to 1.
 *
 * @throws ShapeError  if they are not for one model, or not of one length
 */
export function averagePrefixes(parts: readonly { readonly prefix: FoldedPrefix; readonly weight: number }[]): FoldedPrefix {
  const prefixes = parts.map(({ prefix }) => prefix);
  const shape = sharedShape(prefixes, 'averagePrefixes');
  const lengths = new Set(prefixes.map(({ length }) => length));
  if (lengths.size !== 1) throw new ShapeError(`averagePrefixes: expected prefixes of one length, got lengths ${[...lengths].join(', ')}.`);
  const [{ length, rows }] = prefixes as [FoldedPrefix];
  const data = rows.data.map((_, i) => parts.reduce((sum, { prefix, weight }) => sum + weight * prefix.rows.data[i]!, 0));
  return { ...shape, length, rows: { ...rows, data } };
}

/** Prefixes for the rows of one batch, each row its own or none. */
export interface BatchedPrefix {
  /** L pairs of float32 [B, H, P, D], P the longest; shorter ones stand at the end, zeros before them. */
  readonly past: LayerPast[];
  /** float32 [B, P]: 1 for a row's prefix, 0 before it. Put the tokens' mask behind it. */
  readonly mask: Tensor;
  /** Each row's own length: the position of its first token. */
  readonly lengths: readonly number[];
}

/**
 * Gathers the prefixes of many users into one batch.
 *
 * Give the model `mask` followed by ones, and positions that count from each row's length; the results are those of
 * one-by-one runs.
 *
 * @param names  for each row the name of its prefix, or null for none
 * @throws ShapeError  if a name is not among the prefixes, or they are not for one model
 * @see Li & Liang 2021, section 8.2
 */
export function batchPrefixes(names: readonly (string | null)[], prefixes: Readonly<Record<string, FoldedPrefix>>): BatchedPrefix {
  const unknown = names.filter((name) => name !== null && !Object.hasOwn(prefixes, name));
  if (unknown.length > 0) {
    throw new ShapeError(`batchPrefixes: expected names of ${Object.keys(prefixes).join(', ') || 'no prefix'}, got ${unknown.join(', ')}.`, { details: { unknown } });
  }
  const shape = sharedShape(Object.values(prefixes), 'batchPrefixes');
  const chosen = names.map((name) => (name === null ? undefined : prefixes[name]!));
  const lengths = chosen.map((prefix) => prefix?.length ?? 0);
  const [B, P] = [names.length, Math.max(0, ...lengths)];
  const size = positionSize({ ...shape, length: P });
  const data = new Float32Array(B * P * size);
  const mask = new Float32Array(B * P);
  chosen.forEach((prefix, b) => {
    const start = (b + 1) * P - lengths[b]!;
    if (prefix) data.set(prefix.rows.data, start * size);
    mask.fill(1, start, (b + 1) * P);
  });
  const past = tidy(() => splitRows(tensor(data, [B, P, size]), { ...shape, length: P }));
  return { past, mask: tensor(mask, [B, P]), lengths };
}

function sharedShape(prefixes: readonly FoldedPrefix[], where: string): Omit<PrefixShape, 'length'> {
  const [first, ...rest] = prefixes.map(({ layers, heads, headDim }) => ({ layers, heads, headDim }));
  if (!first) throw new ShapeError(`${where}: expected at least one prefix, got none.`);
  const text = ({ layers, heads, headDim }: Omit<PrefixShape, 'length'>) => `${layers} layers, ${heads} heads of ${headDim}`;
  for (const other of rest) {
    if (text(other) !== text(first)) throw new ShapeError(`${where}: expected prefixes for one model (${text(first)}), got ${text(other)}.`);
  }
  return first;
}
