import type { TokenEmbeddings } from '../embedding/embedder.js';
import type { TokenWeight } from '../embedding/idf.js';
import { normalizeRows, squaredDistances } from '../embedding/vectors.js';
import { earthMoversWork, sum } from './emd.js';
import { isPunctuation, isSubword } from './tokens.js';

export interface LastLayerSettings {
  readonly stopWords: ReadonlySet<string>;
  readonly hypothesisWeight: TokenWeight;
  readonly referenceWeight: TokenWeight;
}

/**
 * MoverScore of a pair by the authors' moverscore_v2.py: 1 / (1 + d), d the earth mover's distance between the tokens' unit
 * vectors in the last layer under Euclidean distance. Word continuations, punctuation and stop words have no mass.
 *
 * Where a text has no mass at all nothing moves, and the score is 1, as there.
 */
export function lastLayerScore(hypothesis: TokenEmbeddings, reference: TokenEmbeddings, settings: LastLayerSettings): number {
  const ours = toPoints(hypothesis, settings.hypothesisWeight, settings);
  const theirs = toPoints(reference, settings.referenceWeight, settings);
  if (ours.masses.length === 0 || theirs.masses.length === 0) return 1;
  const distances = squaredDistances(theirs.vectors, ours.vectors, hypothesis.width).map(Math.sqrt);
  return 1 / (1 + earthMoversWork({ first: theirs.masses, second: ours.masses, distances }));
}

/** The tokens that have mass: unit vectors float32 [points, width], masses that sum to 1. */
function toPoints(item: TokenEmbeddings, weight: TokenWeight, { stopWords }: LastLayerSettings): { vectors: Float32Array; masses: Float64Array } {
  const { tokens, ids, width } = item;
  const last = item.layers[item.layers.length - 1]!;
  const kept = tokens.flatMap((token, k) => {
    return isPunctuation(token) || isSubword(token) || stopWords.has(token) || weight(ids[k]!) === 0 ? [] : [k];
  });
  const vectors = new Float32Array(kept.length * width);
  kept.forEach((k, i) => vectors.set(last.subarray(k * width, (k + 1) * width), i * width));
  const masses = Float64Array.from(kept, (k) => weight(ids[k]!));
  const total = sum(masses);
  return { vectors: normalizeRows(vectors, width, 1e-30), masses: masses.map((mass) => mass / total) };
}
