import { sharedSlots, takesPositions, type Active, type Job } from './active.js';
import { beamSearch } from './beam-search.js';
import { endingOf } from './ending.js';
import { sampler } from './sampling.js';
import { indexOfMax, singleSearch } from './single-search.js';

/** A prompt that has been read, before its first choice. */
export function begin(job: Job, prompt: number): Active {
  const { model, settings, prompts, prefixes, options, begun = 0 } = job;
  const ids = prompts[prompt]!;
  const decoderOnly = !model.family.encoder;
  const history = decoderOnly ? ids : [model.generationConfig.decoderStartTokenId!];
  const ends = endingOf(settings, history, model.tokenizer);
  const choose = options.sample ? sampler(options.sample, prompt) : indexOfMax;
  const onToken = options.onToken && ((token: number) => options.onToken!({ prompt, token }));
  const search = settings.beams > 1 ? beamSearch(history, settings, ends) : singleSearch(history, settings, { ends, choose, onToken });
  const [P, own] = [prefixes.prefix.length(prompt), prefixes.prefix.slots(prompt)];
  const shared = sharedSlots(job, prompt);
  const length = decoderOnly ? 0 : own + 1;
  const firstPosition = decoderOnly ? P + ids.length - begun : (takesPositions({ model, options }) ? P : 0) - own;
  const rows = Array.from({ length: search.width }, (_, k) => k);
  return { prompt, search, shared, firstPosition, length, rows, tokens: [], apart: rows.map(() => rows.map(() => length)) };
}
