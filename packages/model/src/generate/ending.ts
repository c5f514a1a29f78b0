import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { SearchSettings } from './settings.js';

/** Whether new tokens are a whole sequence: the last is an end token, the room is used up, or a stop string ends in it. */
export type Ending = (tokens: readonly number[]) => boolean;

/** @param prompt  tokens before the new ones: a stop string may begin there, as in Hugging Face's `generate` */
export function endingOf({ endTokens, maxNewTokens, stopStrings }: SearchSettings, prompt: readonly number[], tokenizer: Tokenizer): Ending {
  // As many tokens as a stop string has bytes, and one more, since some tokenizers strip what comes first.
  const reach = 1 + Math.max(...stopStrings.map((stop) => new TextEncoder().encode(stop).length));
  const before = prompt.slice(-reach);
  const stopped = (tokens: readonly number[]): boolean => {
    const last = [...before, ...tokens].slice(-reach);
    const text = tokenizer.decode(last);
    // Where the last token's text begins; a character whose bytes it completes is its own.
    const start = tokenizer.decode(last.slice(0, -1)).replace(/\uFFFD+$/, '').length;
    return stopStrings.some((stop) => text.includes(stop, start - stop.length + 1));
  };
  return (tokens) => tokens.length >= maxNewTokens || endTokens.includes(tokens[tokens.length - 1]!) || (stopStrings.length > 0 && stopped(tokens));
}
