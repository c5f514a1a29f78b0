import type { Rng } from '@prefix-tuning/base';

export interface DenoiseOptions {
  /** Id of the token that stands for a hidden span. */
  readonly mask: number;
  /** Share of the tokens that is hidden. */
  readonly share: number;
  /** Mean length of a hidden span. */
  readonly meanSpan: number;
}

/** BART's settings. */
export const bartNoise = { share: 0.3, meanSpan: 3 } as const;

/**
 * What BART reads while it learns to write the original: sentences in another order, spans of tokens hidden behind one
 * mask each.
 *
 * Span lengths are drawn from a Poisson distribution until the share is reached; one of length 0 puts a mask where
 * nothing is missing.
 *
 * @param sentences  the token ids of each sentence
 * @see Lewis et al. 2020, section 2.2; differs in: a span may start at any token, not only at a word
 */
export function denoisingSource(rng: Rng, sentences: readonly (readonly number[])[], options: DenoiseOptions): number[] {
  return infill(rng.fork('infill'), rng.fork('order').shuffle(sentences).flat(), options);
}

function infill(rng: Rng, ids: readonly number[], { mask, share, meanSpan }: DenoiseOptions): number[] {
  const hidden = new Uint8Array(ids.length);
  const masks = new Set<number>();
  const wanted = Math.round(share * ids.length);
  for (let done = 0, attempt = 0; done < wanted && attempt < 4 * ids.length; attempt++) {
    const length = Math.min(poisson(rng, meanSpan), wanted - done);
    const start = rng.integer(ids.length - length + 1);
    // Spans neither meet nor overlap, so that each keeps a mask of its own.
    if (masks.has(start) || hidden.subarray(Math.max(0, start - 1), start + length + 1).some(Boolean)) continue;
    hidden.fill(1, start, start + length);
    masks.add(start);
    done += length;
  }
  const source: number[] = [];
  for (let t = 0; t <= ids.length; t++) {
    if (masks.has(t)) source.push(mask);
    if (t < ids.length && !hidden[t]) source.push(ids[t]!);
  }
  return source;
}

/** Knuth's method: how many uniform draws it takes to multiply to less than e^-mean. */
function poisson(rng: Rng, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = rng.uniform(); product > limit; product *= rng.uniform()) count++;
  return count;
}
