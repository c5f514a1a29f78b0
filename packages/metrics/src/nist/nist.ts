import { increment, NgramIndex } from '../ngrams.js';
import { checkSegments, checkStyle, type Score, type Segments, type SegmentStatistics } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { scoreStatistics, sumRows } from '../statistics.js';
import { tokenizeMteval13a, tokenizePymteval } from '../tokenize/mteval.js';

const MAX_ORDER = 5;

export interface NistOptions {
  /** `mteval-v13a` (default) is what the E2E challenge's script reports, `pymteval` the same with its option `-p`. */
  readonly style?: 'mteval-v13a' | 'pymteval';
}

export interface NistParts {
  /** Information per hypothesis n-gram, order 1 first; their sum times the penalty is the score. */
  readonly information: readonly number[];
  readonly lengthPenalty: number;
  readonly hypothesisLength: number;
  /** Average over the references of a segment, summed over segments. */
  readonly referenceLength: number;
}

/**
 * NIST (Doddington 2002), up to 5-grams.
 *
 * Information weights come from the references of the whole corpus. Where the references differ in number, `mteval-v13a` divides the length of all by the mean number of non-empty
 * ones; `pymteval` averages segment by segment, and scores each segment by its own references' information.
 * mteval takes a prefix that is the word `0` for no prefix at all
 * (it is false in Perl), and so does this. References without any word score 0 (both scripts fail).
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or there is no such style
 * @throws ConfigError  for an option that does not exist
 */
export function nist({ hypotheses, references, ...options }: Segments & NistOptions): Score<NistParts> {
  checkSegments('nist', { hypotheses, references });
  checkStyle('nist', options, { 'mteval-v13a': {}, pymteval: {} });
  const { style = 'mteval-v13a' } = options;
  const tokenize = style === 'pymteval' ? tokenizePymteval : tokenizeMteval13a;
  const tokenized = references.map((list) => list.map(tokenize));
  const corpus = referenceNgrams(tokenized);
  const information = informationWeights(corpus, style);
  const rows = hypotheses.map((text, i) => nistRow(tokenize(text), tokenized[i]!, { corpus, information, style }));
  const evaluate = (sum: Float64Array, count: number) => nistParts(sum, count, style);
  const statistics: SegmentStatistics = {
    names: ['referenceLength', 'references', ...orders('information'), ...orders('totals')],
    rows,
    aggregate: (sum, count) => scoreOf(evaluate(sum, count)),
  };
  const scores = scoreStatistics(statistics);
  const alone = (text: string, i: number) => nist({ hypotheses: [text], references: [references[i]!], style }).score;
  return {
    metric: 'NIST',
    higherIsBetter: true,
    parts: evaluate(sumRows(rows, statistics.names.length), rows.length),
    statistics,
    signature: formatSignature({ nrefs: referenceCount(references), case: 'lc', tok: '13a', ref: style, version: METRICS_VERSION }),
    score: scores.score,
    segments: style === 'pymteval' && hypotheses.length > 1 ? hypotheses.map(alone) : scores.segments,
  };
}

interface Corpus {
  readonly index: NgramIndex;
  /** Occurrences of each n-gram in all references. */
  readonly counts: readonly number[];
  readonly words: number;
  /** Ids of the n-grams whose last word is the first and only word `0`. */
  readonly zero: number | undefined;
}

function referenceNgrams(references: readonly (readonly string[][])[]): Corpus {
  const index = new NgramIndex(MAX_ORDER);
  const counts: number[] = [];
  let words = 0;
  for (const tokens of references.flat()) {
    words += tokens.length;
    index.add(tokens, (id) => increment(counts, id));
  }
  let zero: number | undefined;
  index.find(['0'], (id) => (zero = id));
  return { index, counts, words, zero };
}

/** info(w1..wn) = log2(count(w1..wn-1) / count(w1..wn)) for every n-gram of the references. */
function informationWeights({ index, counts, words, zero }: Corpus, style: NistOptions['style']): number[] {
  return counts.map((count, id) => {
    const prefix = index.prefixes[id]!;
    const noPrefix = prefix === -1 || (prefix === zero && style !== 'pymteval');
    return Math.log2((noPrefix ? words : counts[prefix]!) / count);
  });
}

interface NistContext {
  readonly corpus: Corpus;
  readonly information: readonly number[];
  readonly style: NistOptions['style'];
}

/** [reference length, references, matched information of each order, hypothesis n-grams of each order]. */
function nistRow(hypothesis: string[], references: string[][], { corpus: { index }, information, style }: NistContext): Float64Array {
  const most = new Map<number, number>();
  for (const reference of references) {
    for (const [id, count] of countKnown(index, reference)) most.set(id, Math.max(count, most.get(id) ?? 0));
  }
  const matched = new Array<number>(MAX_ORDER).fill(0);
  for (const [id, count] of countKnown(index, hypothesis)) {
    matched[index.orders[id]! - 1]! += information[id]! * Math.min(count, most.get(id) ?? 0);
  }
  const words = references.reduce((sum, reference) => sum + reference.length, 0);
  const totals = matched.map((_, n) => (style === 'pymteval' ? hypothesis.length - n : Math.max(0, hypothesis.length - n)));
  const [length, count] =
    style === 'pymteval' ? [words / references.length, 1] : [words, references.filter((reference) => reference.length > 0).length];
  return Float64Array.of(length, count, ...matched, ...totals);
}

function countKnown(index: NgramIndex, tokens: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  index.find(tokens, (id) => counts.set(id, (counts.get(id) ?? 0) + 1));
  return counts;
}

function nistParts(sum: Float64Array, count: number, style: NistOptions['style']): NistParts {
  const matched = sum.subarray(2, 2 + MAX_ORDER);
  const totals = sum.subarray(2 + MAX_ORDER);
  const hypothesisLength = totals[0]!;
  const referenceLength = style === 'pymteval' ? sum[0]! : sum[1]! === 0 ? 0 : sum[0]! / (sum[1]! / count);
  // mteval divides by at least 1; pymteval fails on a total of zero, where nothing can have matched.
  const information = Array.from(matched, (info, n) => (info === 0 ? 0 : info / (style === 'pymteval' ? totals[n]! : Math.max(totals[n]!, 1))));
  return { information, lengthPenalty: lengthPenalty(hypothesisLength, referenceLength), hypothesisLength, referenceLength };
}

/** exp(beta log(ratio)^2), beta such that a ratio of 2/3 halves the score; 1 for hypotheses that are long enough. */
function lengthPenalty(hypothesis: number, reference: number): number {
  if (reference === 0 || hypothesis <= 0) return 0;
  const ratio = hypothesis / reference;
  return ratio >= 1 ? 1 : Math.exp((Math.log(0.5) / Math.log(1.5) ** 2) * Math.log(ratio) ** 2);
}

function scoreOf({ information, lengthPenalty: penalty }: NistParts): number {
  return penalty * information.reduce((total, info) => total + info, 0);
}

function orders(name: string): string[] {
  return Array.from({ length: MAX_ORDER }, (_, n) => `${name}${n + 1}`);
}
