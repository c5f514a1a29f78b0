import { checkFields } from '@prefix-tuning/base';
import { increment, NgramIndex } from '../ngrams.js';
import { checkChoice, checkSegments, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { meanStatistics, scoreStatistics } from '../statistics.js';
import { CAPTION_TOKENIZATIONS, tokenizationName, tokenizeCaptionSegments, type CaptionTokenization } from '../tokenize/segments.js';
import { splitPython } from '../tokenize/whitespace.js';

const MAX_ORDER = 4;
/** Standard deviation of the length penalty. */
const SIGMA = 6;

export interface CiderOptions {
  /** Default `ptb`. */
  readonly tokenize?: CaptionTokenization;
}

export interface CiderParts {
  /** Document frequencies come from this many segments' references. */
  readonly documents: number;
  readonly maxOrder: number;
  readonly sigma: number;
}

/**
 * CIDEr (Vedantam et al. 2015) as the MS-COCO caption scripts code it, which is the paper's CIDEr-D: clipped, with a
 * Gaussian length penalty, times 10; the mean over segments.
 *
 * A document is the set of references of one segment, so a single segment scores 0: every n-gram is in every document.
 * The length in the penalty is the number of bigrams, as coded there, not of words.
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or there is no such tokenisation
 * @throws ConfigError  for an option that does not exist
 */
export function cider({ hypotheses, references, ...options }: Segments & CiderOptions): Score<CiderParts> {
  checkSegments('cider', { hypotheses, references });
  checkFields('cider options', options, ['tokenize']);
  const { tokenize = 'ptb' } = options;
  checkChoice('cider', { tokenize }, CAPTION_TOKENIZATIONS);
  const tokenized = tokenizeCaptionSegments({ hypotheses, references }, tokenize);
  const index = new NgramIndex(MAX_ORDER);
  // A token may hold a fixed space, which parts words here and nowhere else in the scripts.
  const count = (tokens: readonly string[]) => countNgrams(index, tokens.flatMap(splitPython));
  const referenceCounts = tokenized.references.map((list) => list.map(count));
  const frequencies = documentFrequencies(referenceCounts);
  const logDocuments = Math.log(references.length);
  const weigh = (counts: NgramCounts) => weighVector(counts, { index, frequencies, logDocuments });
  const segments = tokenized.hypotheses.map((tokens, i) => {
    const own = weigh(count(tokens));
    const sum = referenceCounts[i]!.reduce((total, counts) => total + similarity(own, weigh(counts), index), 0);
    return (10 * sum) / referenceCounts[i]!.length;
  });
  const statistics = meanStatistics(segments, 'cider');
  return {
    metric: 'CIDEr',
    higherIsBetter: true,
    parts: { documents: references.length, maxOrder: MAX_ORDER, sigma: SIGMA },
    statistics,
    signature: formatSignature({
      nrefs: referenceCount(references),
      tok: tokenizationName(tokenize),
      n: MAX_ORDER,
      sigma: SIGMA,
      df: 'corpus',
      ref: 'coco',
      version: METRICS_VERSION,
    }),
    ...scoreStatistics(statistics),
  };
}

type NgramCounts = ReadonlyMap<number, number>;

function countNgrams(index: NgramIndex, tokens: readonly string[]): NgramCounts {
  const counts = new Map<number, number>();
  index.add(tokens, (id) => counts.set(id, (counts.get(id) ?? 0) + 1));
  return counts;
}

/** In how many segments' references each n-gram occurs. */
function documentFrequencies(references: readonly (readonly NgramCounts[])[]): number[] {
  const frequencies: number[] = [];
  for (const list of references) {
    for (const id of new Set(list.flatMap((counts) => [...counts.keys()]))) increment(frequencies, id);
  }
  return frequencies;
}

interface WeightedVector {
  readonly weights: ReadonlyMap<number, number>;
  /** Euclidean length, order 1 first. */
  readonly norms: readonly number[];
  readonly bigrams: number;
}

interface Corpus {
  readonly index: NgramIndex;
  readonly frequencies: readonly number[];
  readonly logDocuments: number;
}

/** tf-idf: count times (log documents - log document frequency). */
function weighVector(counts: NgramCounts, { index, frequencies, logDocuments }: Corpus): WeightedVector {
  const weights = new Map<number, number>();
  const squares = new Array<number>(MAX_ORDER).fill(0);
  let bigrams = 0;
  for (const [id, count] of counts) {
    const weight = count * (logDocuments - Math.log(Math.max(1, frequencies[id] ?? 0)));
    const order = index.orders[id]!;
    weights.set(id, weight);
    squares[order - 1]! += weight ** 2;
    if (order === 2) bigrams += count;
  }
  return { weights, norms: squares.map(Math.sqrt), bigrams };
}

/** Mean over orders of the clipped cosine, times the length penalty. */
function similarity(own: WeightedVector, reference: WeightedVector, index: NgramIndex): number {
  const products = new Array<number>(MAX_ORDER).fill(0);
  for (const [id, weight] of own.weights) {
    const other = reference.weights.get(id);
    if (other !== undefined) products[index.orders[id]! - 1]! += Math.min(weight, other) * other;
  }
  const cosines = products.map((product, n) => {
    const norm = own.norms[n]! * reference.norms[n]!;
    return norm === 0 ? product : product / norm;
  });
  const penalty = Math.exp(-((own.bigrams - reference.bigrams) ** 2) / (2 * SIGMA ** 2));
  return (penalty * cosines.reduce((sum, value) => sum + value, 0)) / MAX_ORDER;
}
