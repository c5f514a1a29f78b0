import { ConfigError, ShapeError } from '@prefix-tuning/base';
import { hostTensor, sizeOf, type Hosted, type HostTensor } from '@prefix-tuning/jit';
import type { ModelConfig, Past } from '../families/family.js';
import { bucket } from './buckets.js';

/**
 * Keys and values that stand before prompts: float32 [1, H, P, D] per layer for all of them, [prompts, H, P, D] with a
 * row for each, or a list that gives each prompt a past of one row and its own length, or null for none.
 */
export type Prefix = Hosted<Past> | readonly (Hosted<Past> | null)[];

/** Where a prefix enters, by the name of its option. */
export const sites = ['prefix', 'encoderPrefix', 'crossPrefix'] as const;
export type Site = (typeof sites)[number];
export type BySite = Readonly<Record<Site, PrefixRows>>;

/** The prefixes of one site. */
export interface PrefixRows {
  /** P, the longest; 0 if no prompt has one. */
  readonly longest: number;
  /** Length of a prompt's. */
  length(prompt: number): number;
  /** Slots that it has in the prompt's rows: its length, or 0 where one prefix stands apart for all. */
  slots(prompt: number): number;
  /** Whether prompts have each their own, and not one for all. */
  readonly own: boolean;
  /** One for all that stands apart, so that programs read it once for all rows: none, or a past of one row. */
  readonly common: readonly Hosted<Past>[];
  /** What the program takes for some prompts, in as many rows; none if nothing has slots in their rows. */
  take(prompts: readonly number[], rows: number): readonly TakenPrefix[];
  /** The prefixes of some prompts side by side in one row. */
  pack(prompts: readonly number[]): PackedPrefixes;
}

/** Shorter prefixes stand at the end of their row, after zeros that the mask hides. */
export type TakenPrefix = {
  readonly past: Hosted<Past>;
  /** float32 [rows, P]: 1 for a row's own prefix. Absent where all are of one length. */
  readonly mask: readonly HostTensor[];
};

export interface PackedPrefixes {
  /** float32 [1, H, slots, D] per layer; none if no prompt has a prefix. */
  readonly past: readonly Hosted<Past>[];
  readonly slots: number;
  /** Slot in which each prompt's own begins, and its length. */
  readonly begin: readonly number[];
  readonly length: readonly number[];
}

/** What a site's prefixes must fit. */
interface Fit {
  readonly site: Site;
  readonly prompts: number;
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
}

/**
 * Reads the prefixes of every site.
 *
 * @throws ShapeError  if one does not fit the model or the number of prompts
 * @throws ConfigError  if there is one for an encoder that the model does not have
 */
export function resolvePrefixes(given: Partial<Record<Site, Prefix | undefined>>, config: ModelConfig, prompts: number): BySite {
  const decoder = { layers: config.layers, heads: config.keyValueHeads, headSize: config.headSize };
  const shapes = { prefix: decoder, encoderPrefix: config.encoder, crossPrefix: config.encoder && decoder };
  const entries = sites.map((site) => {
    const shape = shapes[site];
    if (shape) return [site, prefixRows(given[site], { site, prompts, ...shape })] as const;
    if (!given[site]) return [site, none] as const;
    throw new ConfigError(`generate: ${site}: expected none for a model without an encoder. Use prefix.`, { details: { field: site } });
  });
  return Object.fromEntries(entries) as Record<Site, PrefixRows>;
}

/** One prefix for all prompts, or none. */
export const oneForAll = (past: Hosted<Past> | undefined, length: number): PrefixRows => {
  const common = past ? [past] : [];
  const packed = (prompts: readonly number[]) => ({ past: common, slots: length, begin: prompts.map(() => 0), length: prompts.map(() => length) });
  return { longest: length, own: false, length: () => length, slots: () => 0, common, take: () => [], pack: packed };
};

const none = oneForAll(undefined, 0);

function prefixRows(given: Prefix | undefined, fit: Fit): PrefixRows {
  if (!given) return none;
  if (!Array.isArray(given)) {
    throw new ConfigError(`generate: ${fit.site}: expected keys and values for each layer, or a list of those, got ${typeof given}. A prefix from a file becomes them by hostPast of @prefix-tuning/prefix.`, {
      details: { field: fit.site },
    });
  }
  if (!isList(given)) {
    const { rows, length } = check(given, fit, '');
    if (rows === 1 && length > 0) return oneForAll(given, length);
    return ownRows(Array.from({ length: rows }, (_, row) => ({ past: given, row, length })), fit);
  }
  const whole = (past: Hosted<Past>, i: number): Row => ({ past, row: 0, length: check(past, fit, `, prompt ${i}`, 1).length });
  return ownRows(given.map((past, i) => (past ? whole(past, i) : { length: 0 })), fit);
}

const isList = (given: Prefix): given is readonly (Hosted<Past> | null)[] => given.every((item) => item === null || Array.isArray(item));

/** A prompt's own prefix: a row of a past, unless its length is 0. */
interface Row {
  readonly past?: Hosted<Past>;
  readonly row?: number;
  readonly length: number;
}

function ownRows(own: readonly Row[], fit: Fit): PrefixRows {
  const P = Math.max(0, ...own.map(({ length }) => length));
  if (own.length !== fit.prompts && !(own.length === 1 && P === 0)) {
    throw new ShapeError(`generate: ${fit.site}: expected 1 row or ${fit.prompts}, one per prompt, got ${own.length}.`, { details: { rows: own.length } });
  }
  if (P === 0) return none;
  const alike = own.every(({ length }) => length === P);
  const take = (prompts: readonly number[], count: number): TakenPrefix => {
    const rows = prompts.map((i) => own[i]!);
    const places = rows.map(({ length }, row) => ({ row, slot: P - length }));
    return { past: gather(rows, places, { ...fit, count, P }), mask: alike ? [] : [maskOf(rows, { count, P })] };
  };
  const pack = (prompts: readonly number[]): PackedPrefixes => {
    const rows = prompts.map((i) => own[i]!);
    const length = rows.map((row) => row.length);
    let used = 0;
    const begin = length.map((some) => (used += some) - some);
    const slots = bucket(used);
    return { past: [gather(rows, begin.map((slot) => ({ row: 0, slot })), { ...fit, count: 1, P: slots })], slots, begin, length };
  };
  const length = (prompt: number) => own[prompt]!.length;
  return { longest: P, own: true, length, slots: length, common: [], take: (prompts, count) => [take(prompts, count)], pack };
}

function maskOf(rows: readonly Row[], { count, P }: { count: number; P: number }): HostTensor {
  const mask = new Float32Array(count * P);
  rows.forEach(({ length }, i) => mask.fill(1, (i + 1) * P - length, (i + 1) * P));
  return hostTensor(mask, [count, P]);
}

/** One past [count, H, P, D] of rows that stand each where a place says, among zeros. */
function gather(rows: readonly Row[], places: readonly { row: number; slot: number }[], { layers, heads: H, headSize: D, count, P }: Fit & { count: number; P: number }): Hosted<Past> {
  const part = (l: number, name: 'key' | 'value'): HostTensor => {
    const data = new Float32Array(count * H * P * D);
    rows.forEach(({ past, row = 0, length }, i) => {
      if (!past || length === 0) return;
      const values = past[l]![name].data as Float32Array;
      const place = places[i]!;
      for (let h = 0; h < H; h++) {
        const from = (row * H + h) * length * D;
        data.set(values.subarray(from, from + length * D), ((place.row * H + h) * P + place.slot) * D);
      }
    });
    return hostTensor(data, [count, H, P, D]);
  };
  return Array.from({ length: layers }, (_, l) => ({ key: part(l, 'key'), value: part(l, 'value') }));
}

/** Rows and length of a past that fits. */
function check(past: Hosted<Past>, { site, layers, heads, headSize }: Fit, which: string, rows?: number): { rows: number; length: number } {
  const [B = 1, , P = 0] = past[0]?.key.shape ?? [];
  const expected = [rows ?? B, heads, P, headSize];
  const wrong = past.flatMap(({ key, value }) => [key, value]).find((x) => x.shape.join() !== expected.join() || x.data.length !== sizeOf(x.shape));
  if (past.length === layers && !wrong) return { rows: B, length: P };
  throw new ShapeError(
    `generate: ${site}${which}: expected ${layers} layers of keys and values [${rows ?? 'rows'}, ${heads}, P, ${headSize}], ` +
      `got ${past.length} layers${wrong ? ` with one of [${wrong.shape.join(', ')}]` : ''}. Use a prefix made for this model.`,
    { details: { field: site, layers: past.length, shape: wrong?.shape } },
  );
}
