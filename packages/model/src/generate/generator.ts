import { ConfigError, ShapeError } from '@prefix-tuning/base';
import { hostTensor, type Hosted, type HostTensor } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import type { Model } from '../model.js';
import { beamSearch } from './beam-search.js';
import { bucket, rowBucket } from './buckets.js';
import { createCache, type Cache } from './cache.js';
import { greedySearch } from './greedy.js';
import { createPrograms, type Programs } from './programs.js';
import type { Continuation, Search } from './search.js';
import { resolveSettings, type Generated, type GenerateOptions, type SearchSettings } from './settings.js';

/**
 * Generates the continuation of each prompt: greedy, or beam search with `beams` above 1.
 *
 * Prompts are taken in as others finish, so that every step decodes a full batch. Programs are compiled for this call
 * and freed after it; for many calls make one {@link createGenerator}.
 *
 * @param prompts  token ids, each row of its own length, none empty
 * @returns for each prompt its best sequences, best first: `returnSequences` of them
 * @throws ConfigError  if an option is out of range or a sequence would be longer than the model's positions
 */
export async function generate(model: Model, prompts: readonly (readonly number[])[], options: GenerateOptions = {}): Promise<Generated[][]> {
  const generator = createGenerator(model, options);
  try {
    return await generator.generate(prompts, options);
  } finally {
    await generator.dispose();
  }
}

export interface Generator {
  /** As {@link generate}, with this generator's compiled programs. */
  generate(prompts: readonly (readonly number[])[], options?: Omit<GenerateOptions, 'runtime'>): Promise<Generated[][]>;
  /** Frees the compiled programs. */
  dispose(): Promise<void>;
}

/** Keeps the programs that it compiles from call to call. */
export function createGenerator(model: Model, { runtime }: Pick<GenerateOptions, 'runtime'> = {}): Generator {
  const compiled: Partial<Record<'logits' | 'log-probabilities', Programs>> = {};
  return {
    async generate(prompts, options = {}) {
      const settings = resolveSettings(options, model.generationConfig, model.config.vocabulary);
      const scores = settings.beams > 1 ? 'log-probabilities' : 'logits';
      const programs = (compiled[scores] ??= createPrograms(model, { scores, runtime }));
      return run({ model, programs, settings, prompts, options });
    },
    dispose: async () => void (await Promise.all(Object.values(compiled).map((programs) => programs.dispose()))),
  };
}

interface Job {
  readonly model: Model;
  readonly programs: Programs;
  readonly settings: SearchSettings;
  readonly prompts: readonly (readonly number[])[];
  readonly options: GenerateOptions;
}

/** A prompt being decoded. Its rows are `block * width` and the next ones of the cache. */
interface Active {
  readonly prompt: number;
  readonly search: Search;
  /** Slots filled by prefix and prompt, equal in all its rows. */
  readonly shared: number;
  /** Slots filled in all. */
  length: number;
  /** Row within the block, and next token, of each beam. */
  rows: number[];
  tokens: number[];
}

async function run(job: Job): Promise<Generated[][]> {
  const { settings, prompts, options } = job;
  checkPrompts(job);
  const results: Generated[][] = prompts.map(() => []);
  // Longest first: prompts of like lengths share a prefill, and the last ones to end are short.
  const queue = prompts.map((_, i) => i).sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  const batch = Math.min(options.batchSize ?? 8, Math.max(1, prompts.length));
  const intake = Math.ceil(batch / 4);
  let active: Active[] = [];
  let cache: Cache | undefined;
  let done = 0;
  const finish = (item: Active) => {
    results[item.prompt] = [...item.search.results()];
    options.onProgress?.({ task: 'generate', done: ++done, total: prompts.length, unit: 'prompts' });
  };
  while (queue.length > 0 || active.length > 0) {
    while (queue.length > 0 && (active.length === 0 || active.length + intake <= batch)) {
      const group = queue.splice(0, Math.min(intake, batch - active.length));
      const admitted = await prefill(job, group, intake);
      const width = settings.beams;
      cache = ensureCapacity(job, cache, { rows: batch * width, needed: Math.max(...admitted.map(({ item }) => item.length)) + Math.min(settings.maxNewTokens, 32) });
      for (const { item, next, present, row } of admitted) {
        if (!next) {
          finish(item);
          continue;
        }
        item.tokens = next.map(({ token }) => token);
        for (let k = 0; k < width; k++) cache.fill(active.length * width + k, present, { row, length: item.length });
        active.push(item);
      }
    }
    if (active.length === 0 || !cache) continue;
    cache = ensureCapacity(job, cache, { rows: batch * settings.beams, needed: Math.max(...active.map(({ length }) => length)) + 1 });
    const ended = await step(job, active, cache, rowBucket(active.length, batch));
    for (const item of ended) finish(item);
    active = compact(active, ended, { cache, width: settings.beams });
  }
  return results;
}

function checkPrompts({ model, settings, prompts, options: { prefix, batchSize } }: Job): void {
  const P = prefix?.[0]?.key.shape[2] ?? 0;
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new ConfigError(`generate: batchSize: expected a positive integer, got ${batchSize}.`, { details: { field: 'batchSize' } });
  }
  const prefixRows = prefix?.[0]?.key.shape[0] ?? 1;
  if (prefixRows !== 1 && prefixRows !== prompts.length) {
    throw new ShapeError(`generate: prefix: expected 1 row or ${prompts.length}, one per prompt, got ${prefixRows}.`, { details: { rows: prefixRows } });
  }
  prompts.forEach((prompt, i) => {
    if (prompt.length === 0) {
      throw new ConfigError(`generate: prompt ${i}: expected at least one token, got none. Begin it with the begin token.`, { details: { prompt: i } });
    }
    const total = P + prompt.length + settings.maxNewTokens;
    if (total > model.config.maxPositions) {
      throw new ConfigError(
        `generate: prompt ${i}: expected at most ${model.config.maxPositions} positions, got ${P} (prefix) + ${prompt.length} (prompt) + ` +
          `${settings.maxNewTokens} (maxNewTokens). Shorten the prompt or lower maxNewTokens.`,
        { details: { prompt: i, total } },
      );
    }
  });
}

/** Runs a group of prompts, padded on the right with rows and tokens that nothing looks at. */
async function prefill({ model, programs, settings, prompts, options }: Job, group: readonly number[], intake: number) {
  const T = Math.min(bucket(Math.max(...group.map((i) => prompts[i]!.length))), model.config.maxPositions);
  const ids = new Int32Array(intake * T);
  const last = new Int32Array(intake);
  group.forEach((i, row) => {
    ids.set(prompts[i]!, row * T);
    last[row] = row * T + prompts[i]!.length - 1;
  });
  const { prefix } = options;
  const past = prefix ? [prefix[0]?.key.shape[0] === 1 ? prefix : takeRows(prefix, group, intake)] : [];
  const { scores, present } = await programs.prefill({ ids: hostTensor(ids, [intake, T], 'int32'), last: hostTensor(last, [intake], 'int32'), prefix: past });
  return group.map((i, row) => {
    const search = settings.beams > 1 ? beamSearch(prompts[i]!, settings) : greedySearch(prompts[i]!, settings);
    const length = (prefix?.[0]?.key.shape[2] ?? 0) + prompts[i]!.length;
    const item: Active = { prompt: i, search, shared: length, length, rows: Array.from({ length: search.width }, (_, k) => k), tokens: [] };
    return { item, row, present, next: search.advance([scoreRow(scores, row)]) };
  });
}

/** Rows of a past that has one per prompt; missing ones up to `count` are zeros. */
function takeRows(past: Hosted<Past>, rows: readonly number[], count: number): Hosted<Past> {
  const take = ({ shape, data }: HostTensor): HostTensor => {
    const size = data.length / shape[0]!;
    const taken = new Float32Array(count * size);
    rows.forEach((row, i) => taken.set((data as Float32Array).subarray(row * size, (row + 1) * size), i * size));
    return hostTensor(taken, [count, ...shape.slice(1)]);
  };
  return past.map(({ key, value }) => ({ key: take(key), value: take(value) }));
}

const scoreRow = ({ shape, data }: HostTensor, row: number): Float32Array => (data as Float32Array).subarray(row * shape[1]!, (row + 1) * shape[1]!);

function ensureCapacity({ model: { config } }: Job, cache: Cache | undefined, { rows, needed }: { rows: number; needed: number }): Cache {
  if (cache && cache.capacity >= needed) return cache;
  const capacity = bucket(needed);
  return cache?.grow(capacity) ?? createCache({ layers: config.layers, rows, heads: config.keyValueHeads, capacity, headSize: config.headSize });
}

/** Decodes one token in every row. Returns the prompts that have ended. */
async function step({ programs, settings }: Job, active: readonly Active[], cache: Cache, blocks: number): Promise<Set<Active>> {
  const R = blocks * settings.beams;
  const S = cache.capacity + 1;
  const ids = new Int32Array(R);
  const positions = new Int32Array(R);
  const mask = new Float32Array(R * S);
  const slots: (number | undefined)[] = Array.from({ length: R });
  // Rows that hold nothing attend to themselves alone.
  for (let row = 0; row < R; row++) mask[row * S + S - 1] = 1;
  active.forEach((item, block) => {
    item.rows.forEach((offset, beam) => {
      const row = block * settings.beams + offset;
      ids[row] = item.tokens[beam]!;
      positions[row] = slots[row] = item.length;
      mask.fill(1, row * S, row * S + item.length);
    });
  });
  const { scores, fresh } = await programs.decode({
    ids: hostTensor(ids, [R, 1], 'int32'),
    positions: hostTensor(positions, [R, 1], 'int32'),
    mask: hostTensor(mask, [R, S]),
    past: cache.rows(R),
  });
  cache.append(fresh, slots);
  const ended = new Set<Active>();
  active.forEach((item, block) => {
    const first = block * settings.beams;
    item.length++;
    const next = item.search.advance(item.rows.map((offset) => scoreRow(scores, first + offset)));
    if (next) follow(item, next, { cache, first });
    else ended.add(item);
  });
  return ended;
}

/**
 * Gives each beam the row of its parent. A parent's first child keeps the row; others take rows that no beam needs,
 * and only what the parent has generated is copied there.
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
    cache.copy(first + before[parent]!, first + row, { begin: item.shared, end: item.length });
    return row;
  });
  item.tokens = next.map(({ token }) => token);
}

/** Closes the gaps that ended prompts leave, so that the rows in use are the first ones. */
function compact(active: readonly Active[], ended: ReadonlySet<Active>, { cache, width }: { cache: Cache; width: number }): Active[] {
  const left = [...active];
  for (let block = left.length - 1; block >= 0; block--) {
    if (!ended.has(left[block]!)) continue;
    const moved = left.pop()!;
    if (block === left.length) continue;
    for (let k = 0; k < width; k++) cache.copy(left.length * width + k, block * width + k, { begin: 0, end: moved.length });
    left[block] = moved;
  }
  return left;
}
