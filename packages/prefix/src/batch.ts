import { ShapeError } from '@prefix-tuning/base';
import { tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { splitRows, type LayerPast } from './expand.js';
import { hostPast, type FoldedPrefix } from './fold.js';
import type { HostPast } from './slots.js';
import { positionSize, sharedShape, type PrefixShape } from './spec.js';

/** Prefixes by the names that rows of a batch call them. */
export type NamedPrefixes = Readonly<Record<string, FoldedPrefix>>;

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
export function batchPrefixes(names: readonly (string | null)[], prefixes: NamedPrefixes): BatchedPrefix {
  const { rows, mask, lengths, shape } = alignRows(names, prefixes);
  const { length: P } = shape;
  const past = tidy(() => splitRows(tensor(rows, [names.length, P, positionSize(shape)]), shape));
  return { past, mask: tensor(mask, [names.length, P]), lengths };
}

/**
 * Each row's own prefix in plain memory, or null for none: the `prefix` that generation of `@prefix-tuning/model` takes.
 * Rows that share a prefix share its arrays.
 *
 * @throws ShapeError  if a name is not among the prefixes, or they are not for one model
 */
export function rowPasts(names: readonly (string | null)[], prefixes: NamedPrefixes): (HostPast | null)[] {
  sharedShape(Object.values(prefixes), 'prefixes of a batch');
  const used = new Map([...new Set(names)].flatMap((name) => (name === null ? [] : [[name, hostPast(prefixOf(name, prefixes))]])));
  return names.map((name) => (name === null ? null : used.get(name)!));
}

/** Rows of one length in plain memory: float32 [B, P, 2 L H D], with a mask [B, P] and each row's own length. */
export interface AlignedRows {
  readonly rows: Float32Array;
  readonly mask: Float32Array;
  readonly lengths: readonly number[];
  readonly shape: PrefixShape;
}

/** Puts each row's prefix at the end of P positions, zeros before it. */
export function alignRows(names: readonly (string | null)[], prefixes: NamedPrefixes): AlignedRows {
  const chosen = names.map((name) => (name === null ? undefined : prefixOf(name, prefixes)));
  const lengths = chosen.map((prefix) => prefix?.length ?? 0);
  const P = Math.max(0, ...lengths);
  const shape = { ...sharedShape(Object.values(prefixes), 'prefixes of a batch'), length: P };
  const size = positionSize(shape);
  const rows = new Float32Array(names.length * P * size);
  const mask = new Float32Array(names.length * P);
  chosen.forEach((prefix, b) => {
    const start = (b + 1) * P - lengths[b]!;
    if (prefix) rows.set(prefix.rows.data, start * size);
    mask.fill(1, start, (b + 1) * P);
  });
  return { rows, mask, lengths, shape };
}

function prefixOf(name: string, prefixes: NamedPrefixes): FoldedPrefix {
  if (Object.hasOwn(prefixes, name)) return prefixes[name]!;
  throw new ShapeError(`prefixes of a batch: expected names of ${Object.keys(prefixes).join(', ') || 'no prefix'}, got ${name}.`, { details: { unknown: name } });
}
