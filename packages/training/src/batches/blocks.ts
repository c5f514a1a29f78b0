import type { TokenSequence } from './sequence.js';

/**
 * Cuts a stream of tokens into blocks for language modelling: each block reads `length` tokens and predicts the
 * token after each of them. Blocks share one token with the next; an incomplete last block is left out.
 */
export function tokenBlocks(tokens: readonly number[] | Int32Array, length: number): TokenSequence[] {
  const count = Math.max(0, Math.floor((tokens.length - 1) / length));
  return Array.from({ length: count }, (_, i) => ({
    id: `block-${i}`,
    ids: tokens.slice(i * length, (i + 1) * length + 1),
    from: 1,
  }));
}
