import type { Ending } from './ending.js';
import { processorsOf } from './processors.js';
import type { Search } from './search.js';
import type { SearchSettings } from './settings.js';

export interface SingleOptions {
  readonly ends: Ending;
  /** Chooses one of the processed scores by its place. */
  readonly choose: (scores: Float32Array) => number;
  readonly onToken?: ((token: number) => void) | undefined;
}

/** Goes on with one token at a time: the likeliest (greedy), or a drawn one, as Hugging Face's `generate` with one beam. */
export function singleSearch(prompt: readonly number[], settings: SearchSettings, { ends, choose, onToken }: SingleOptions): Search {
  const processors = processorsOf(settings);
  const tokens: number[] = [];
  const advance: Search['advance'] = ([row]) => {
    const { scores, tokens: scored } = row!;
    for (const processor of processors) processor.apply(row!, { history: [...prompt, ...tokens], newTokens: tokens.length });
    const at = choose(scores);
    const token = scored?.[at] ?? at;
    tokens.push(token);
    onToken?.(token);
    return ends(tokens) ? undefined : [{ token, parent: 0 }];
  };
  return { width: 1, advance, results: () => [{ tokens }] };
}

/** Position of the largest value; of equal ones the first. */
export function indexOfMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
