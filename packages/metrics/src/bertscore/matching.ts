import type { TokenEmbeddings } from '../embedding/embedder.js';
import type { TokenWeight } from '../embedding/idf.js';
import { normalizeRows, rowProducts } from '../embedding/vectors.js';

/** The best cosine of each token on the other side; what BERTScore needs of a pair besides the weights. */
export interface Matching {
  readonly hypothesis: MatchedSide;
  readonly reference: MatchedSide;
}

export interface MatchedSide {
  readonly ids: readonly number[];
  readonly special: readonly boolean[];
  /** For each token the highest cosine to a token of the other text. */
  readonly best: Float64Array;
}

export interface BertScoreValue {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** bert-score calls a text empty when the model reads two tokens: class and separator. */
const EMPTY_LENGTH = 2;

/** Greedy matching by cosine (Zhang et al. 2020, section 3), on one layer [tokens, width] of each text. */
export function matchGreedily(hypothesis: TokenEmbeddings, reference: TokenEmbeddings): Matching {
  const { width } = hypothesis;
  const unit = ({ layers }: TokenEmbeddings) => normalizeRows(layers[0]!, width);
  const cosines = rowProducts(unit(hypothesis), unit(reference), width);
  const [n, m] = [hypothesis.ids.length, reference.ids.length];
  const rowBest = new Float64Array(n).fill(-Infinity);
  const columnBest = new Float64Array(m).fill(-Infinity);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const cosine = cosines[i * m + j]!;
      if (cosine > rowBest[i]!) rowBest[i] = cosine;
      if (cosine > columnBest[j]!) columnBest[j] = cosine;
    }
  }
  return {
    hypothesis: { ids: hypothesis.ids, special: hypothesis.special, best: rowBest },
    reference: { ids: reference.ids, special: reference.special, best: columnBest },
  };
}

/**
 * Precision, recall and F1 of a matched pair, as bert-score has them at the edges: an empty text makes all three 0; where all
 * weights are 0 (idf over a single reference, say) the mean is NaN, and F1 is 0.
 *
 * @param weight  of a token id; without it every token counts 1, class and separator tokens 0
 */
export function weighMatching({ hypothesis, reference }: Matching, weight?: TokenWeight): BertScoreValue {
  const precision = weightedMean(hypothesis, weight);
  const recall = weightedMean(reference, weight);
  const f1 = (2 * precision * recall) / (precision + recall);
  const empty = hypothesis.ids.length === EMPTY_LENGTH || reference.ids.length === EMPTY_LENGTH;
  return { precision: empty ? 0 : precision, recall: empty ? 0 : recall, f1: Number.isNaN(f1) ? 0 : f1 };
}

function weightedMean({ ids, special, best }: MatchedSide, weight?: TokenWeight): number {
  let sum = 0;
  let total = 0;
  ids.forEach((id, i) => {
    const w = weight ? weight(id) : special[i] ? 0 : 1;
    sum += w * best[i]!;
    total += w;
  });
  return sum / total;
}
