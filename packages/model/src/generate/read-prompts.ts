import { hostTensor } from '@prefix-tuning/jit';
import { rowOf, type Admitted, type Intake, type Job } from './active.js';
import { begin } from './begin.js';
import { rowBucket } from './buckets.js';
import type { Slots } from './cache.js';
import { compareTokens, packPrompts, packSize, type Pack } from './pack.js';
import type { PackedPrefixes } from './prefixes.js';

/** Takes in the prompts of a decoder alone, in an order in which those that begin alike follow each other. */
export function readPrompts(job: Job, batch: number): Intake {
  const { prefixes: { prefix }, begun = 0 } = job;
  const prompts = job.prompts.map((ids) => (begun > 0 ? ids.slice(begun) : ids));
  const queue = prompts.map((_, i) => i).sort((a, b) => compareTokens(prompts[a]!, prompts[b]!));
  return {
    left: () => queue.length,
    async next(room) {
      const pack = packPrompts(queue.slice(0, room).map((i) => ({ ids: prompts[i]!, own: prefix.own ? prefix.length(i) : 0 })));
      const group = queue.splice(0, pack.paths.length);
      return read(job, group, { pack, rows: rowBucket(group.length, batch) });
    },
  };
}

async function read(job: Job, group: readonly number[], { pack, rows }: { pack: Pack; rows: number }): Promise<Admitted[]> {
  const { programs, prefixes: { prefix } } = job;
  const before = prefix.pack(group);
  const { present, ...scored } = await programs.read({ ...packedInput(pack, before, rows), prefix: before.past });
  return group.map((i, row) => {
    const item = begin(job, i);
    const own = prefix.slots(i) > 0 ? [{ row: 0, begin: before.begin[row]!, length: before.length[row]! }] : [];
    return { item, next: item.search.advance([rowOf(scored, row)]), own: undefined, shared: { past: present, slots: [...own, ...runs(pack.paths[row]!, before.slots)] } };
  });
}

/** A pack as the program takes it: N tokens, padding behind, after S slots of prefixes. */
export function packedInput({ ids, paths }: Pack, before: PackedPrefixes, rows: number) {
  const [N, S] = [packSize(ids.length), before.slots];
  const positions = new Int32Array(N);
  const mask = new Float32Array(N * (S + N));
  // A token that saw nothing, as padding would, would be an average of garbage.
  for (let token = 0; token < N; token++) mask[token * (S + N) + S + token] = 1;
  const last = new Int32Array(rows);
  let done = 0;
  paths.forEach((path, i) => {
    last[i] = path.at(-1)!;
    path.forEach((token, t) => {
      // Another prompt's beginning.
      if (token < done) return;
      done = token + 1;
      positions[token] = before.length[i]! + t;
      const row = mask.subarray(token * (S + N), (token + 1) * (S + N));
      if (t === 0) row.fill(1, before.begin[i], before.begin[i]! + before.length[i]!);
      // What the token before it sees.
      else mask.subarray(path[t - 1]! * (S + N), (path[t - 1]! + 1) * (S + N)).forEach((seen, slot) => seen && (row[slot] = 1));
    });
  });
  const padded = new Int32Array(N);
  padded.set(ids);
  return {
    ids: hostTensor(padded, [1, N], 'int32'),
    positions: hostTensor(positions, [1, N], 'int32'),
    mask: hostTensor(mask, [N, S + N]),
    last: hostTensor(last, [rows], 'int32'),
  };
}

/** Where tokens stand behind `before` slots, as few ranges. */
function runs(path: readonly number[], before: number): Slots[] {
  const found: { row: number; begin: number; length: number }[] = [];
  for (const token of path) {
    const run = found.at(-1);
    if (run && run.begin + run.length === before + token) run.length++;
    else found.push({ row: 0, begin: before + token, length: 1 });
  }
  return found;
}
