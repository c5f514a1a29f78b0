import type { TokenEmbeddings } from '../embedding/embedder.js';
import type { TokenWeight } from '../embedding/idf.js';
import { normalizeRows, squaredDistances } from '../embedding/vectors.js';
import { earthMoversWork, sum } from './emd.js';
import { isPunctuation, isSubword } from './tokens.js';

export interface PowerMeanSettings {
  /** Words per n-gram. */
  readonly ngram: number;
  readonly removeSubwords: boolean;
  readonly stopWords: ReadonlySet<string>;
  readonly hypothesisWeight: TokenWeight;
  readonly referenceWeight: TokenWeight;
}

/** How many of the deepest layers the power means run over. */
const LAYERS = 5;
/** What the reference implementation adds to a sum of weights, and to a length, before it divides. */
const WEIGHT_FLOOR = 1e-5;
const LENGTH_FLOOR = 1e-6;

/**
 * MoverScore of a pair by the authors' moverscore.py: 1 minus the earth mover's distance between n-grams, each the weighted
 * mean of its tokens' power means (minimum, mean, maximum over the last five layers of unit vectors), under squared distance.
 *
 * The masses do not quite sum to one, as there, and the surplus pays the largest distance within both texts together.
 */
export function powerMeanScore(hypothesis: TokenEmbeddings, reference: TokenEmbeddings, settings: PowerMeanSettings): number {
  const ours = toNgrams(hypothesis, settings.hypothesisWeight, settings);
  const theirs = toNgrams(reference, settings.referenceWeight, settings);
  const width = 3 * hypothesis.width;
  const across = squaredDistances(theirs.vectors, ours.vectors, width);
  const within = [ours, theirs].map(({ vectors }) => largest(squaredDistances(vectors, vectors, width)));
  const work = earthMoversWork({ first: theirs.masses, second: ours.masses, distances: across });
  const surplus = Math.abs(sum(ours.masses) - sum(theirs.masses));
  return 1 - (work + surplus * Math.max(largest(across), ...within));
}

interface Ngrams {
  /** Unit vectors, float32 [ngrams, 3 width]. */
  readonly vectors: Float32Array;
  /** Weights, nearly normalised. */
  readonly masses: Float64Array;
}

function toNgrams(item: TokenEmbeddings, weight: TokenWeight, { ngram, removeSubwords, stopWords }: PowerMeanSettings): Ngrams {
  const width = 3 * item.width;
  const means = powerMeans(item);
  const kept = item.tokens.flatMap((token, k) => {
    return isPunctuation(token) || (removeSubwords && isSubword(token)) || stopWords.has(token) ? [] : [k];
  });
  const size = Math.min(ngram, kept.length);
  const count = kept.length - size + 1;
  const vectors = new Float32Array(count * width);
  const masses = new Float64Array(count);
  for (let g = 0; g < count; g++) {
    const window = kept.slice(g, g + size);
    masses[g] = window.reduce((total, k) => total + weight(item.ids[k]!), 0);
    for (const k of window) {
      const share = weight(item.ids[k]!) / (masses[g]! + WEIGHT_FLOOR);
      for (let c = 0; c < width; c++) vectors[g * width + c]! += share * means[k * width + c]!;
    }
  }
  const total = sum(masses) + WEIGHT_FLOOR;
  return { vectors: normalizeRows(vectors, width, LENGTH_FLOOR), masses: masses.map((mass) => mass / total) };
}

/** Minimum, mean and maximum over the last layers of each token's unit vectors, side by side: float32 [tokens, 3 width]. */
function powerMeans({ layers, width, ids }: TokenEmbeddings): Float32Array {
  const units = layers.slice(-LAYERS).map((layer) => normalizeRows(layer, width));
  const means = new Float32Array(ids.length * width * 3);
  for (let token = 0; token < ids.length; token++) {
    for (let c = 0; c < width; c++) {
      const values = units.map((unit) => unit[token * width + c]!);
      const start = token * width * 3 + c;
      means[start] = Math.min(...values);
      means[start + width] = sum(values) / values.length;
      means[start + 2 * width] = Math.max(...values);
    }
  }
  return means;
}

const largest = (values: Float64Array) => values.reduce((most, x) => Math.max(most, x), 0);
