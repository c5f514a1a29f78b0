import { processorsOf } from './processors.js';
import type { Search } from './search.js';
import type { SearchSettings } from './settings.js';

/** Takes the most likely token at each step, as Hugging Face's `generate` does with one beam. */
export function greedySearch(prompt: readonly number[], settings: SearchSettings): Search {
  const processors = processorsOf(settings);
  const tokens: number[] = [];
  const advance: Search['advance'] = ([row]) => {
    for (const process of processors) process(row!, { history: [...prompt, ...tokens], newTokens: tokens.length });
    const token = indexOfMax(row!);
    tokens.push(token);
    return settings.endTokens.includes(token) || tokens.length >= settings.maxNewTokens ? undefined : [{ token, parent: 0 }];
  };
  return { width: 1, advance, results: () => [{ tokens }] };
}

/** Position of the largest value; of equal ones the first. */
export function indexOfMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
