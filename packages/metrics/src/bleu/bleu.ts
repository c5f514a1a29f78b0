import { checkAmount, checkSegments, checkStyle, type Score, type Segments, type SegmentStatistics, type StyleOptions } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { scoreStatistics, sumRows } from '../statistics.js';
import { tokenizeMteval13a, tokenizePymteval, type Tokenizer } from '../tokenize/mteval.js';
import { lowercaseAscii, splitAscii } from '../tokenize/whitespace.js';
import { mtevalFormula, multiBleuFormula, pymtevalFormula, type BleuCounts, type BleuValue } from './formula.js';
import { sacrebleuStyle, type SacrebleuOptions } from './sacrebleu.js';
import { closestLength, closestLengthMteval, closestLengthMultiBleu, countMatches, type ReferenceLength } from './statistics.js';

export interface BleuParts extends BleuValue, BleuCounts {}

export type BleuOptions =
  | ({ readonly style?: 'sacrebleu' } & SacrebleuOptions)
  | {
      /** The E2E challenge's own Python version of mteval. */
      readonly style: 'pymteval';
      /** Added to matches and totals; the challenge's sentence BLEU uses 1. */
      readonly smoothing?: number;
    }
  | { readonly style: 'mteval-v13a' }
  | {
      readonly style: 'multi-bleu';
      /** Its option `-lc`: ASCII letters are lower-cased. */
      readonly lowercase?: boolean;
    };

const STYLES: StyleOptions<BleuOptions> = {
  sacrebleu: { tokenize: true, lowercase: true, smooth: true, smoothValue: true, effectiveOrder: true, maxOrder: true },
  'mteval-v13a': {},
  pymteval: { smoothing: true },
  'multi-bleu': { lowercase: true },
};

/** All that sets one reference implementation of BLEU apart from another. */
export interface BleuStyle {
  readonly tokenize: Tokenizer;
  readonly referenceLength: ReferenceLength;
  readonly formula: (counts: BleuCounts) => BleuValue;
  /** Does a text shorter than n words take n - 1 - length off the total of order n? */
  readonly negativeTotals?: boolean;
  readonly maxOrder: number;
  readonly signature: (references: number | 'var') => string;
}

/**
 * BLEU (Papineni et al. 2002) as one of four reference implementations computes it.
 *
 * - `sacrebleu` (default): percent; its tokenisers, smoothing, effective order and signature string.
 * - `mteval-v13a`: a share; what the E2E challenge's script reports.
 * - `pymteval`: a share; the same script with `-p`.
 * - `multi-bleu`: percent; split at spaces, what WebNLG 2017 (`lowercase`) and DART report. A reference given as
 *   an empty string counts as one of length 0, as an empty line of a reference file does in the script.
 *
 * A segment's score is what the same formula gives for that segment alone.
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or there is no such style or value of an option
 * @throws ConfigError  if the style lacks an option
 */
export function bleu({ hypotheses, references, ...options }: Segments & BleuOptions): Score<BleuParts> {
  checkSegments('bleu', { hypotheses, references });
  checkStyle('bleu', options, STYLES);
  const style = bleuStyle(options);
  const rows = hypotheses.map((text, i) => bleuRow(style, style.tokenize(text), references[i]!.map(style.tokenize)));
  const statistics: SegmentStatistics = {
    names: rowNames(style.maxOrder),
    rows,
    aggregate: (sum) => style.formula(countsOf(sum)).score,
  };
  const counts = countsOf(sumRows(rows, statistics.names.length));
  return {
    metric: 'BLEU',
    higherIsBetter: true,
    parts: { ...counts, ...style.formula(counts) },
    statistics,
    signature: style.signature(referenceCount(references)),
    ...scoreStatistics(statistics),
  };
}

function bleuStyle(options: BleuOptions): BleuStyle {
  switch (options.style) {
    case 'mteval-v13a':
      return {
        tokenize: tokenizeMteval13a,
        referenceLength: closestLengthMteval,
        formula: mtevalFormula,
        maxOrder: 4,
        signature: ownSignature({ case: 'lc', tok: '13a', smooth: 'exp', ref: 'mteval-v13a' }),
      };
    case 'pymteval': {
      const { smoothing = 0 } = options;
      checkAmount('bleu', { smoothing });
      return {
        tokenize: tokenizePymteval,
        referenceLength: closestLength,
        formula: (counts) => pymtevalFormula(counts, smoothing),
        negativeTotals: true,
        maxOrder: 4,
        signature: ownSignature({ case: 'lc', tok: '13a', smooth: `add[${smoothing}]`, ref: 'pymteval' }),
      };
    }
    case 'multi-bleu':
      return {
        tokenize: options.lowercase ? (text) => splitAscii(lowercaseAscii(text)) : splitAscii,
        referenceLength: closestLengthMultiBleu,
        formula: multiBleuFormula,
        maxOrder: 4,
        signature: ownSignature({ case: options.lowercase ? 'lc' : 'mixed', tok: 'none', smooth: 'none', ref: 'multi-bleu' }),
      };
    default:
      return sacrebleuStyle(options);
  }
}

function ownSignature(settings: Record<string, string>) {
  return (nrefs: number | 'var') => formatSignature({ nrefs, ...settings, version: METRICS_VERSION });
}

/** [hypothesis length, reference length, matches of each order, totals of each order]. */
function bleuRow(style: BleuStyle, hypothesis: string[], references: string[][]): Float64Array {
  const { matches, totals } = countMatches(hypothesis, references, style.maxOrder);
  const length = style.referenceLength(hypothesis.length, references.map((reference) => reference.length));
  const own = style.negativeTotals ? totals.map((_, n) => hypothesis.length - n) : totals;
  return Float64Array.of(hypothesis.length, length, ...matches, ...own);
}

function rowNames(maxOrder: number): string[] {
  const orders = Array.from({ length: maxOrder }, (_, n) => n + 1);
  return ['hypothesisLength', 'referenceLength', ...orders.map((n) => `matches${n}`), ...orders.map((n) => `totals${n}`)];
}

function countsOf(row: Float64Array): BleuCounts {
  const orders = (row.length - 2) / 2;
  return {
    hypothesisLength: row[0]!,
    referenceLength: row[1]!,
    matches: [...row.subarray(2, 2 + orders)],
    totals: [...row.subarray(2 + orders)],
  };
}
