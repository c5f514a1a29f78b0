import { ConfigError, ShapeError } from '@prefix-tuning/base';
import { hostTensor, type Hosted, type HostTensor } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import { pastLengthOf, scoreRow, type Active, type Admitted, type Job } from './active.js';
import type { GenerateOptions, SearchSettings } from './settings.js';
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
  const { model, programs, prompts, options } = job;
  const T = Math.min(bucket(Math.max(...group.map((i) => prompts[i]!.length))), model.config.maxPositions);
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
  const decoderOnly = !model.family.encoder;
  const past = (prefix: Hosted<Past> | undefined) => (prefix ? [prefix[0]?.key.shape[0] === 1 ? prefix : takeRows(prefix, group, rows)] : []);
  const { scores, present, cross } = await programs.prefill({
    ids: hostTensor(ids, [rows, T], 'int32'),
    last: decoderOnly ? [hostTensor(last, [rows], 'int32')] : [],
    mask: decoderOnly ? [] : [hostTensor(mask, [rows, T])],
    prefix: past(options.prefix),
    encoderPrefix: past(options.encoderPrefix),
    crossPrefix: past(options.crossPrefix),
  });
  return group.map((i, row) => {
    const item = begin(job, i);
    return { item, row, present, cross: cross[0], next: item.search.advance([scoreRow(scores, row)]) };
  });
}

function begin({ model, settings, prompts, options }: Job, prompt: number): Active {
  const ids = prompts[prompt]!;
  const decoderOnly = !model.family.encoder;
  const history = decoderOnly ? ids : [model.generationConfig.decoderStartTokenId!];
  const ends = endingOf(settings, model.tokenizer);
  const choose = options.sample ? sampler(options.sample, prompt) : indexOfMax;
  const onToken = options.onToken && ((token: number) => options.onToken!({ prompt, token }));
  const search = settings.beams > 1 ? beamSearch(history, settings, ends) : singleSearch(history, settings, { ends, choose, onToken });
  const shared = pastLengthOf(options.prefix) + history.length;
  const source = decoderOnly ? 0 : pastLengthOf(options.crossPrefix) + ids.length;
  return { prompt, search, shared, source, length: shared, rows: Array.from({ length: search.width }, (_, k) => k), tokens: [] };
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

/** Refuses prompts and prefixes that do not fit the model or each other. */
export function checkPrompts({ model, settings, prompts, options }: Job): void {
  const { batchSize } = options;
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new ConfigError(`generate: batchSize: expected a positive integer, got ${batchSize}.`, { details: { field: 'batchSize' } });
  }
  checkSampling(settings, options);
  for (const name of ['prefix', 'encoderPrefix', 'crossPrefix'] as const) {
    const rows = options[name]?.[0]?.key.shape[0] ?? 1;
    if (rows !== 1 && rows !== prompts.length) {
      throw new ShapeError(`generate: ${name}: expected 1 row or ${prompts.length}, one per prompt, got ${rows}.`, { details: { rows } });
    }
    if (options[name] && name !== 'prefix' && !model.family.encoder) {
      throw new ConfigError(`generate: ${name}: expected none for ${model.family.name}, which has no encoder. Use prefix.`, { details: { field: name } });
    }
  }
  prompts.forEach((prompt, i) => {
    if (prompt.length === 0) {
      throw new ConfigError(`generate: prompt ${i}: expected at least one token, got none. Begin it with the begin token.`, { details: { prompt: i } });
    }
    checkLength({ model, settings, options }, { i, length: prompt.length });
  });
}

function checkSampling({ beams }: SearchSettings, { sample, onToken }: GenerateOptions): void {
  const need = (ok: boolean, field: string, expected: string) => {
    if (!ok) throw new ConfigError(`generate: ${field}: expected ${expected}. Correct the option.`, { details: { field } });
  };
  need(!sample || beams === 1, 'sample', `beams = 1 with it, got ${beams}`);
  need(!onToken || beams === 1, 'onToken', `beams = 1 with it, got ${beams}: a beam's tokens are not final until it ends`);
  if (!sample) return;
  const { temperature = 1, topK = 0, topP = 1 } = sample;
  need(temperature > 0, 'sample.temperature', `a number above 0, got ${temperature}`);
  need(Number.isInteger(topK) && topK >= 0, 'sample.topK', `an integer of at least 0, got ${topK}`);
  need(topP > 0 && topP <= 1, 'sample.topP', `a number above 0 and at most 1, got ${topP}`);
}

function checkLength({ model, settings, options }: Omit<Job, 'prompts' | 'programs'>, { i, length }: { i: number; length: number }): void {
  const limit = model.config.maxPositions;
  const own = model.family.encoder ? 1 : length;
  const P = pastLengthOf(options.prefix);
  if (P + own + settings.maxNewTokens <= limit && length <= limit) return;
  throw new ConfigError(
    `generate: prompt ${i}: expected at most ${limit} positions, got ${P} (prefix) + ${length} (prompt) + ` +
      `${settings.maxNewTokens} (maxNewTokens). Shorten the prompt or lower maxNewTokens.`,
    { details: { prompt: i, length, limit } },
  );
}
