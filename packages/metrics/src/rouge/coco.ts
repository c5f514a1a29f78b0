import { checkSegments, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { meanStatistics, scoreStatistics } from '../statistics.js';
import { tokenizeCaptionSegments, type CaptionTokenization } from '../tokenize/segments.js';
import { lcsLength, numberTokens } from './lcs.js';

/** Weight of recall over precision in the caption scripts. */
const BETA = 1.2;

export interface CocoRougeOptions {
  /** Default `ptb`. */
  readonly tokenize?: CaptionTokenization;
}

export interface CocoRougeParts {
  /** Means over segments of the best precision and the best recall. */
  readonly precision: number;
  readonly recall: number;
  readonly beta: number;
}

/**
 * ROUGE-L as the MS-COCO caption scripts compute it, and through them the E2E challenge: a share, the mean over segments.
 *
 * F = (1 + beta^2) P R / (R + beta^2 P), beta = 1.2. Precision and recall are each the best over the references, not
 * necessarily of the same one. A text without tokens counts as one empty token, so two empty texts score 1.
 *
 * @throws MetricInputError  if hypotheses and references do not fit
 */
export function cocoRougeL({ hypotheses, references, tokenize = 'ptb' }: Segments & CocoRougeOptions): Score<CocoRougeParts> {
  checkSegments('rouge', { hypotheses, references });
  const tokenized = tokenizeCaptionSegments({ hypotheses, references }, tokenize);
  const best = tokenized.hypotheses.map((hypothesis, i) => bestOf(hypothesis, tokenized.references[i]!));
  const statistics = meanStatistics(best.map(fMeasure), 'rougeL');
  const mean = (key: 'precision' | 'recall') => best.reduce((sum, value) => sum + value[key], 0) / best.length;
  return {
    metric: 'ROUGE-L',
    higherIsBetter: true,
    parts: { precision: mean('precision'), recall: mean('recall'), beta: BETA },
    statistics,
    signature: formatSignature({ nrefs: referenceCount(references), tok: tokenize, beta: BETA, ref: 'coco', version: METRICS_VERSION }),
    ...scoreStatistics(statistics),
  };
}

interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
}

function bestOf(hypothesis: readonly string[], references: readonly (readonly string[])[]): PrecisionRecall {
  const orEmptyToken = (tokens: readonly string[]) => (tokens.length === 0 ? [''] : tokens);
  const [own, ...others] = numberTokens([hypothesis, ...references].map(orEmptyToken));
  const lengths = others.map((other) => lcsLength(other, own!));
  return {
    precision: Math.max(...lengths.map((length) => length / own!.length)),
    recall: Math.max(...lengths.map((length, i) => length / others[i]!.length)),
  };
}

function fMeasure({ precision, recall }: PrecisionRecall): number {
  if (precision === 0 || recall === 0) return 0;
  return ((1 + BETA ** 2) * precision * recall) / (recall + BETA ** 2 * precision);
}
