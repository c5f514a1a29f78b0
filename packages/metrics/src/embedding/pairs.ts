import { embedBatch, type Embedder, type TokenEmbeddings } from './embedder.js';

/** A hypothesis against one of its references. */
export interface Pair {
  readonly hypothesis: string;
  readonly reference: string;
}

export interface BatchOptions {
  /** Texts per call of the embedder; 32 by default. */
  readonly batchSize?: number | undefined;
}

/** How many pairs are looked at together, to sort their texts by length. */
const WINDOW = 512;

/** Every hypothesis with each of its references, in order. */
export function toPairs(hypotheses: readonly string[], references: readonly (readonly string[])[]): Pair[] {
  return hypotheses.flatMap((hypothesis, i) => references[i]!.map((reference) => ({ hypothesis, reference })));
}

/**
 * Computes something of each pair's embeddings, in the order of the pairs.
 *
 * Each distinct text is embedded once, in batches of texts of like length, and dropped after its last use, so memory holds
 * the embeddings of a window of pairs and not of the corpus.
 */
export async function mapPairs<T>(
  embedder: Embedder,
  pairs: readonly Pair[],
  options: BatchOptions & { visit: (hypothesis: TokenEmbeddings, reference: TokenEmbeddings) => T },
): Promise<T[]> {
  const uses = countUses(pairs);
  const known = new Map<string, TokenEmbeddings>();
  const take = (text: string) => {
    const item = known.get(text)!;
    const left = uses.get(text)! - 1;
    uses.set(text, left);
    if (left === 0) known.delete(text);
    return item;
  };
  const results: T[] = [];
  for (let start = 0; start < pairs.length; start += WINDOW) {
    const window = pairs.slice(start, start + WINDOW);
    await embedMissing(embedder, window, { known, batchSize: options.batchSize ?? 32 });
    for (const { hypothesis, reference } of window) results.push(options.visit(take(hypothesis), take(reference)));
  }
  return results;
}

function countUses(pairs: readonly Pair[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { hypothesis, reference } of pairs) {
    for (const text of [hypothesis, reference]) uses.set(text, (uses.get(text) ?? 0) + 1);
  }
  return uses;
}

async function embedMissing(
  embedder: Embedder,
  window: readonly Pair[],
  { known, batchSize }: { known: Map<string, TokenEmbeddings>; batchSize: number },
): Promise<void> {
  const texts = new Set(window.flatMap(({ hypothesis, reference }) => [hypothesis, reference]));
  const missing = [...texts].filter((text) => !known.has(text)).sort((a, b) => b.length - a.length);
  for (let start = 0; start < missing.length; start += batchSize) {
    const batch = missing.slice(start, start + batchSize);
    const items = await embedBatch(embedder, batch);
    batch.forEach((text, i) => known.set(text, items[i]!));
  }
}
