import { hostTensor, type Hosted } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import { rowOf, takesPositions, type Active, type Admitted, type Job } from './active.js';
import type { PrefixRows } from './prefixes.js';
import { beamSearch } from './beam-search.js';
import { bucket } from './buckets.js';
import { endingOf } from './ending.js';
import { sampler } from './sampling.js';
import { indexOfMax, singleSearch } from './single-search.js';

/**
 * Runs a group of prompts, padded on the right with tokens, and up to `rows` with rows, that nothing looks at,
 * and makes each one's first choice.
 */
export async function prefill(job: Job, group: readonly number[], rows: number): Promise<Admitted[]> {
  const { model, programs, prompts, prefixes } = job;
  const decoderOnly = !model.family.encoder;
  const longest = Math.max(...group.map((i) => prompts[i]!.length));
  const T = Math.max(longest, Math.min(bucket(longest), model.config.maxPositions - (decoderOnly ? prefixes.prefix.longest : 0)));
  const ids = new Int32Array(rows * T);
  const mask = new Float32Array(rows * T);
  const last = new Int32Array(rows);
  group.forEach((i, row) => {
    const { length } = prompts[i]!;
    ids.set(prompts[i]!, row * T);
    mask.fill(1, row * T, row * T + length);
    last[row] = row * T + length - 1;
  });
  // A row that attends to nothing would be averages of garbage; one token keeps it finite.
  for (let row = group.length; row < rows; row++) mask[row * T] = 1;
  const { present, cross, ...scored } = await programs.prefill({
    ids: hostTensor(ids, [rows, T], 'int32'),
    last: decoderOnly ? [hostTensor(last, [rows], 'int32')] : [],
    mask: decoderOnly ? [] : [hostTensor(mask, [rows, T])],
    first: decoderOnly ? [] : [hostTensor(firstPositions(job, group, rows), [rows, 1], 'int32')],
    prefix: prefixes.prefix.take(group, rows),
    encoderPrefix: prefixes.encoderPrefix.take(group, rows),
    crossPrefix: prefixes.crossPrefix.take(group, rows),
  });
  return group.map((i, row) => {
    const item = begin(job, i);
    const placed = (past: Hosted<Past>, { longest, length }: PrefixRows, slots: number) => ({ past, slots: { row, begin: longest - length(i), length: slots } });
    return {
      item,
      next: item.search.advance([rowOf(scored, row)]),
      ...(cross[0]
        ? { own: placed(present, prefixes.prefix, item.length), shared: placed(cross[0], prefixes.crossPrefix, item.shared) }
        : { own: undefined, shared: placed(present, prefixes.prefix, item.shared) }),
    };
  });
}

/** Where each row's start token stands, in an encoder-decoder model. */
function firstPositions(job: Job, group: readonly number[], rows: number): Int32Array {
  const first = new Int32Array(rows);
  if (takesPositions(job)) group.forEach((i, row) => (first[row] = job.prefixes.prefix.length(i)));
  return first;
}

function begin({ model, settings, prompts, prefixes, options }: Job, prompt: number): Active {
  const ids = prompts[prompt]!;
  const decoderOnly = !model.family.encoder;
  const history = decoderOnly ? ids : [model.generationConfig.decoderStartTokenId!];
  const ends = endingOf(settings, history, model.tokenizer);
  const choose = options.sample ? sampler(options.sample, prompt) : indexOfMax;
  const onToken = options.onToken && ((token: number) => options.onToken!({ prompt, token }));
  const search = settings.beams > 1 ? beamSearch(history, settings, ends) : singleSearch(history, settings, { ends, choose, onToken });
  const P = prefixes.prefix.length(prompt);
  const shared = ids.length + (decoderOnly ? P : prefixes.crossPrefix.length(prompt));
  const length = decoderOnly ? 0 : P + 1;
  const firstPosition = decoderOnly ? shared : takesPositions({ model, options }) ? 0 : -P;
  const rows = Array.from({ length: search.width }, (_, k) => k);
  return { prompt, search, shared, firstPosition, length, rows, tokens: [], apart: rows.map(() => rows.map(() => length)) };
}
