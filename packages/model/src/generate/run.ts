import { machineMemory } from '@prefix-tuning/jit';
import { sharedSlots, type Active, type Admitted, type Job, type Store } from './active.js';
import { bucket, rowBucket } from './buckets.js';
import { createCache, type Cache } from './cache.js';
import { decodeStep } from './decode.js';
import { checkPrompts } from './check.js';
import { withCommonBeginning } from './common-beginning.js';
import { encodeSources } from './encode-sources.js';
import { readPrompts } from './read-prompts.js';
import type { Generated } from './settings.js';

/** New tokens that a cache has room for from the start; it grows when sequences get longer. */
const roomForNew = 64;
/** A step reads all weights whatever its rows; with as many rows that is a small part of it. */
export const MOST_ROWS = 256;
/** Share of the memory for the keys and values of all rows. */
const CACHE_SHARE = 1 / 16;

/** Decodes all prompts, taking new ones in as others end, so that every step runs a full batch. */
export async function run(given: Job): Promise<Generated[][]> {
  checkPrompts(given);
  const job = await withCommonBeginning(given);
  const { prompts, options, settings } = job;
  const results: Generated[][] = prompts.map(() => []);
  // Room for all from the start: a cache that grows needs another program.
  const shared = prompts.reduce((most, _, i) => Math.max(most, sharedSlots(job, i)), 1);
  const batch = Math.min(options.batchSize ?? usualBatch(job, shared), Math.max(1, prompts.length));
  const enough = Math.ceil(batch / 4);
  const intake = job.model.family.encoder ? encodeSources(job, enough) : readPrompts(job, batch);
  let active: Active[] = [];
  let store: Store | undefined;
  let done = 0;
  const finish = (item: Active) => {
    const sequences = (results[item.prompt] = [...item.search.results()]);
    options.onSequences?.({ prompt: item.prompt, sequences });
    options.onProgress?.({ task: 'generate', done: ++done, total: prompts.length, unit: 'prompts' });
  };
  while (intake.left() > 0 || active.length > 0) {
    // Once there is room for a quarter, or for all that are left, every place is filled.
    const admits = batch - active.length >= Math.min(enough, intake.left());
    while (admits && intake.left() > 0 && active.length < batch) {
      const admitted = await intake.next(batch - active.length);
      for (const { item } of admitted.filter(({ next }) => !next)) finish(item);
      const going = admitted.filter(({ next }) => next);
      if (going.length === 0) continue;
      const longest = Math.max(...going.map(({ item }) => item.length));
      store = ensureRoom(job, store, { batch, own: longest + Math.min(settings.maxNewTokens, roomForNew), shared });
      for (const one of going) active.push(place(one, store, active.length));
    }
    if (active.length === 0 || !store) continue;
    store = ensureRoom(job, store, { batch, own: Math.max(...active.map(({ length }) => length)) + 1, shared });
    const ended = await decodeStep(job, active, { store, blocks: rowBucket(active.length, batch) });
    for (const item of ended) finish(item);
    active = closeGaps(active, ended, { store, width: settings.beams });
  }
  if (store) job.memory.keep([...store.own.stores, ...store.shared.stores]);
  return results;
}

/** Prompts decoded at a time unless the caller says: as many as there are room for, in equal parts. */
function usualBatch({ model: { config }, settings, prompts }: Job, shared: number): number {
  const slot = 2 * 4 * config.layers * config.keyValueHeads * config.headSize;
  const own = settings.beams * bucket(Math.min(settings.maxNewTokens, roomForNew));
  const fit = (CACHE_SHARE * machineMemory()) / (slot * (bucket(shared) + own));
  const most = Math.max(1, Math.floor(Math.min(fit, MOST_ROWS / settings.beams)));
  return Math.ceil(prompts.length / Math.ceil(prompts.length / most)) || 1;
}

/** Copies what a prompt left into the rows of its block. */
function place({ item, next, own, shared }: Admitted, store: Store, block: number): Active {
  item.tokens = next!.map(({ token }) => token);
  if (own) for (const k of item.rows) store.own.fill(block * item.rows.length + k, own.past, own.slots);
  store.shared.fill(block, shared.past, shared.slots);
  return item;
}

function ensureRoom({ model: { config }, settings, memory }: Job, store: Store | undefined, need: { batch: number; own: number; shared: number }): Store {
  const make = (cache: Cache | undefined, slots: number, rows: number): Cache => {
    if (cache && cache.capacity >= slots) return cache;
    const capacity = bucket(slots);
    return cache?.grow(capacity) ?? createCache({ rows, layers: config.layers, heads: config.keyValueHeads, capacity, headSize: config.headSize }, memory);
  };
  return {
    own: make(store?.own, need.own, need.batch * settings.beams),
    shared: make(store?.shared, need.shared, need.batch),
  };
}

/** Moves the last blocks into the places of ended ones, so that the rows in use are the first ones. */
function closeGaps(active: readonly Active[], ended: ReadonlySet<Active>, { store, width }: { store: Store; width: number }): Active[] {
  const left = [...active];
  for (let block = left.length - 1; block >= 0; block--) {
    if (!ended.has(left[block]!)) continue;
    const moved = left.pop()!;
    const from = left.length;
    if (block === from) continue;
    for (let k = 0; k < width; k++) store.own.copy(from * width + k, block * width + k, { begin: 0, end: moved.length });
    store.shared.copy(from, block, { begin: 0, end: moved.shared });
    left[block] = moved;
  }
  return left;
}
