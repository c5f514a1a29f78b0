import { ShapeError } from '@prefix-tuning/base';
import type { FoldedPrefix } from './fold.js';
import { positionSize, sharedShape } from './spec.js';

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
