import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { SearchSettings } from './settings.js';

/** Whether new tokens are a whole sequence: the last is an end token, the room is used up, or a stop string is there. */
export type Ending = (tokens: readonly number[]) => boolean;

export function endingOf({ endTokens, maxNewTokens, stopStrings }: SearchSettings, tokenizer: Tokenizer): Ending {
  const stopped = (tokens: readonly number[]): boolean => {
    if (stopStrings.length === 0) return false;
    const text = tokenizer.decode(tokens);
    return stopStrings.some((stop) => text.includes(stop));
  };
  return (tokens) => tokens.length >= maxNewTokens || endTokens.includes(tokens[tokens.length - 1]!) || stopped(tokens);
}
