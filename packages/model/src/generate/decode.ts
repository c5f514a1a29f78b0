import { hostTensor, type HostTensor } from '@prefix-tuning/jit';
import { rowOf, type Active, type Job, type Store } from './active.js';
import type { Cache } from './cache.js';
import type { Continuation } from './search.js';

/**
 * Decodes one token in every row of the first `blocks` blocks.
 *
 * @returns the prompts that have ended
 */
export async function decodeStep({ model, programs, settings, prefixes: { prefix, crossPrefix } }: Job, active: readonly Active[], { store, blocks }: { store: Store; blocks: number }): Promise<Set<Active>> {
  const width = settings.beams;
  const R = blocks * width;
  const shared = store.shared.rows(blocks);
  // The prefix of all, then the keys of a prompt stand before a row's own; a source's are attended to apart.
  const P = prefix.common.length > 0 ? prefix.longest : 0;
  const before = P + (model.family.encoder ? 0 : store.shared.capacity);
  const S = before + store.own.capacity + 1;
  const ids = new Int32Array(R);
  const positions = new Int32Array(R);
  const mask = new Float32Array(R * S);
  const slots: (number | undefined)[] = Array.from({ length: R });
  // Rows that hold nothing attend to themselves alone.
  for (let row = 0; row < R; row++) mask[row * S + S - 1] = 1;
  active.forEach((item, block) => {
    item.rows.forEach((offset, beam) => {
      const row = block * width + offset;
      ids[row] = item.tokens[beam]!;
      slots[row] = item.length;
      positions[row] = item.firstPosition + item.length;
      mask.fill(1, row * S, row * S + P + (model.family.encoder ? 0 : item.shared));
      mask.fill(1, row * S + before, row * S + before + item.length);
    });
  });
  const { fresh, ...scored } = await programs.decode({
    ids: hostTensor(ids, [R, 1], 'int32'),
    positions: hostTensor(positions, [R, 1], 'int32'),
    mask: hostTensor(mask, [R, S]),
    past: store.own.rows(R),
    prompt: model.family.encoder ? prefix.common : [...prefix.common, shared],
    source: model.family.encoder ? [{ keyValues: shared, mask: sourceMask(active, store.shared, blocks), prefix: crossPrefix.common }] : [],
  });
  store.own.append(fresh, slots);
  const ended = new Set<Active>();
  active.forEach((item, block) => {
    const first = block * width;
    item.length++;
    const next = item.search.advance(item.rows.map((offset) => rowOf(scored, first + offset)));
    if (next) follow(item, next, { cache: store.own, first });
    else ended.add(item);
  });
  return ended;
}

function sourceMask(active: readonly Active[], { capacity }: Cache, blocks: number): HostTensor {
  const mask = new Float32Array(blocks * capacity);
  for (let block = 0; block < blocks; block++) mask.fill(1, block * capacity, block * capacity + (active[block]?.shared ?? 1));
  return hostTensor(mask, [blocks, capacity]);
}

/**
 * Gives each beam the row of its parent. A parent's first child keeps the row; others take rows that no beam needs,
 * and only what differs there is copied.
 */
function follow(item: Active, next: readonly Continuation[], { cache, first }: { cache: Cache; first: number }): void {
  const before = item.rows;
  const kept = new Set<number>();
  const rows = next.map(({ parent }) => {
    const row = before[parent]!;
    if (kept.has(row)) return undefined;
    kept.add(row);
    return row;
  });
  const free = before.filter((row) => !kept.has(row));
  item.rows = next.map(({ parent }, beam) => {
    const own = rows[beam];
    if (own !== undefined) return own;
    const row = free.pop()!;
    copyRow(item, { from: before[parent]!, to: row, first, cache });
    return row;
  });
  item.tokens = next.map(({ token }) => token);
}

function copyRow({ apart, length }: Active, { from, to, first, cache }: { from: number; to: number; first: number; cache: Cache }): void {
  cache.copy(first + from, first + to, { begin: apart[from]![to]!, end: length });
  for (let other = 0; other < apart.length; other++) apart[to]![other] = apart[other]![to] = other === from ? length : apart[from]![other]!;
}
