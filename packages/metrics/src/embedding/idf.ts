import type { Embedder } from './embedder.js';

/** The weight of a token id. */
export type TokenWeight = (id: number) => number;

/** Texts per call when only tokens are wanted. */
const CHUNK = 256;

/**
 * Inverse document frequencies, as bert-score and moverscore count them: log((N + 1) / (c + 1)) for an id that occurs in c of
 * N texts, special tokens included (which therefore weigh 0).
 */
export async function documentFrequencies(embedder: Embedder, texts: readonly string[]): Promise<TokenWeight> {
  const counts = new Map<number, number>();
  const tokenize = embedder.tokenize ?? embedder;
  for (let start = 0; start < texts.length; start += CHUNK) {
    for (const { ids } of await tokenize(texts.slice(start, start + CHUNK))) {
      for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return (id) => Math.log((texts.length + 1) / ((counts.get(id) ?? 0) + 1));
}
