import { hostTensor, type Hosted } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import { rowOf, takesPositions, type Admitted, type Intake, type Job } from './active.js';
import { begin } from './begin.js';
import { bucket } from './buckets.js';
import type { PrefixRows } from './prefixes.js';

/** Takes in the sources of an encoder-decoder model, longest first: those of like lengths are encoded together, and the last ones to end are short. */
export function encodeSources(job: Job, rows: number): Intake {
  const { prompts } = job;
  const queue = prompts.map((_, i) => i).sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  return { left: () => queue.length, next: (room) => encode(job, queue.splice(0, Math.min(rows, room)), rows) };
}

/** Encodes sources, padded on the right with tokens, and up to `rows` with rows, that nothing looks at. */
async function encode(job: Job, group: readonly number[], rows: number): Promise<Admitted[]> {
  const { model, programs, prompts, prefixes } = job;
  const longest = Math.max(...group.map((i) => prompts[i]!.length));
  const T = Math.max(longest, Math.min(bucket(longest), model.config.maxPositions));
  const ids = new Int32Array(rows * T);
  const mask = new Float32Array(rows * T);
  group.forEach((i, row) => {
    const { length } = prompts[i]!;
    ids.set(prompts[i]!, row * T);
    mask.fill(1, row * T, row * T + length);
  });
  // A row that attends to nothing would be averages of garbage; one token keeps it finite.
  for (let row = group.length; row < rows; row++) mask[row * T] = 1;
  const { present, cross, ...scored } = await programs.encode({
    ids: hostTensor(ids, [rows, T], 'int32'),
    mask: hostTensor(mask, [rows, T]),
    first: hostTensor(firstPositions(job, group, rows), [rows, 1], 'int32'),
    prefix: prefixes.prefix.take(group, rows),
    encoderPrefix: prefixes.encoderPrefix.take(group, rows),
    crossPrefix: prefixes.crossPrefix.take(group, rows),
    common: { prefix: prefixes.prefix.common, encoder: prefixes.encoderPrefix.common, cross: prefixes.crossPrefix.common },
  });
  return group.map((i, row) => {
    const item = begin(job, i);
    const placed = (past: Hosted<Past>, { own, longest, length }: PrefixRows, slots: number) => ({ past, slots: [{ row, begin: own ? longest - length(i) : 0, length: slots }] });
    return {
      item,
      next: item.search.advance([rowOf(scored, row)]),
      own: placed(present, prefixes.prefix, item.length),
      shared: placed(cross, prefixes.crossPrefix, item.shared),
    };
  });
}

/** Where each row's start token stands. */
function firstPositions(job: Job, group: readonly number[], rows: number): Int32Array {
  const first = new Int32Array(rows);
  if (takesPositions(job)) group.forEach((i, row) => (first[row] = job.prefixes.prefix.length(i)));
  return first;
}
