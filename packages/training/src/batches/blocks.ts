import { ConfigError } from '@prefix-tuning/base';
import type { TokenSequence } from './sequence.js';

/**
 * Cuts a stream of tokens into blocks for language modelling: each block reads `length` tokens and predicts the
 * token after each of them. Blocks share one token with the next; an incomplete last block is left out.
 *
 * @throws ConfigError  if the length is not a whole number of at least 1
 */
export function tokenBlocks(tokens: readonly number[] | Int32Array, length: number): TokenSequence[] {
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new ConfigError(`tokenBlocks: expected length to be a whole number of at least 1, got ${length}. Correct it.`, { details: { field: 'length', value: length } });
  }
  const count = Math.max(0, Math.floor((tokens.length - 1) / length));
  return Array.from({ length: count }, (_, i) => ({
    id: `block-${i}`,
    ids: tokens.slice(i * length, (i + 1) * length + 1),
    from: 1,
  }));
}
