import { createRng, type Rng } from '@prefix-tuning/base';

export interface SamplingOptions {
  /** Scores are divided by it: below 1 sharpens, above 1 flattens. */
  readonly temperature?: number;
  /** Only so many of the likeliest tokens; 0 for all. */
  readonly topK?: number;
  /** Only the likeliest tokens that together reach this probability; 1 for all. */
  readonly topP?: number;
  /** One seed, one set of results, whatever the batch size. */
  readonly seed: number | string;
}

/** Holtzman et al. 2020 for top-p, Fan et al. 2018 for top-k; applied in this order, as Hugging Face's `generate` does. */
export function filterScores(scores: Float32Array, { temperature = 1, topK = 0, topP = 1 }: SamplingOptions): void {
  if (temperature !== 1) for (let i = 0; i < scores.length; i++) scores[i]! /= temperature;
  if (topK > 0 && topK < scores.length) {
    const least = Float32Array.from(scores).sort()[scores.length - topK]!;
    for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = -Infinity;
  }
  if (topP < 1) keepNucleus(scores, topP);
}

/** Drops the least likely tokens as long as their probabilities sum to at most 1 - topP; the likeliest always stays. */
function keepNucleus(scores: Float32Array, topP: number): void {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const probabilities = softmax(scores);
  let dropped = 0;
  for (const token of order.subarray(0, -1)) {
    dropped += probabilities[token]!;
    if (dropped > 1 - topP) return;
    scores[token] = -Infinity;
  }
}

export function softmax(scores: Float32Array): Float64Array {
  const peak = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const weights = Float64Array.from(scores, (score) => Math.exp(score - peak));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Draws a token with the probability that its score gives it. */
export function draw(scores: Float32Array, rng: Rng): number {
  let rest = rng.uniform();
  const probabilities = softmax(scores);
  let last = 0;
  for (let token = 0; token < probabilities.length; token++) {
    if (probabilities[token]! === 0) continue;
    last = token;
    rest -= probabilities[token]!;
    if (rest < 0) break;
  }
  return last;
}

/** Chooses tokens for one prompt: its stream of random numbers depends on seed and prompt alone. */
export function sampler(options: SamplingOptions, prompt: number): (scores: Float32Array) => number {
  const rng = createRng(options.seed).fork(`prompt ${prompt}`);
  return (scores) => {
    filterScores(scores, options);
    return draw(scores, rng);
  };
}
