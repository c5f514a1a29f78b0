import { checkChoice, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { meanStatistics, scoreStatistics } from '../statistics.js';
import { CAPTION_TOKENIZATIONS, tokenizationName, tokenizeCaptionSegments, type CaptionTokenization } from '../tokenize/segments.js';
import { lcsLength, numberTokens } from './lcs.js';
import type { Rouge } from './style.js';

/** Weight of recall over precision in the caption scripts. */
const BETA = 1.2;

export interface CocoRougeOptions {
  /** Default `ptb`. */
  readonly tokenize?: CaptionTokenization;
}

/**
 * ROUGE-L as the MS-COCO caption scripts compute it, and through them the E2E challenge: a share, the mean over segments.
 *
 * F = (1 + beta^2) P R / (R + beta^2 P), beta = 1.2. Precision and recall are each the best over the references, not
 * necessarily of the same one. A text without tokens counts as one empty token, so two empty texts score 1.
 *
 * @throws MetricInputError  if there is no such tokenisation
 */
export function cocoRougeL({ hypotheses, references }: Segments, { tokenize = 'ptb' }: CocoRougeOptions): Score<Rouge> {
  checkChoice('rouge', { tokenize }, CAPTION_TOKENIZATIONS);
  const tokenized = tokenizeCaptionSegments({ hypotheses, references }, tokenize);
  const best = tokenized.hypotheses.map((hypothesis, i) => bestOf(hypothesis, tokenized.references[i]!));
  const statistics = meanStatistics(best.map((segment) => segment.fmeasure), 'rougeL');
  const mean = (key: keyof Rouge) => best.reduce((sum, segment) => sum + segment[key], 0) / best.length;
  return {
    metric: 'ROUGE-L',
    higherIsBetter: true,
    parts: { precision: mean('precision'), recall: mean('recall'), fmeasure: mean('fmeasure') },
    statistics,
    signature: formatSignature({ nrefs: referenceCount(references), tok: tokenizationName(tokenize), beta: BETA, ref: 'coco', version: METRICS_VERSION }),
    ...scoreStatistics(statistics),
  };
}

function bestOf(hypothesis: readonly string[], references: readonly (readonly string[])[]): Rouge {
  const orEmptyToken = (tokens: readonly string[]) => (tokens.length === 0 ? [''] : tokens);
  const [own, ...others] = numberTokens([hypothesis, ...references].map(orEmptyToken));
  const lengths = others.map((other) => lcsLength(other, own!));
  const precision = Math.max(...lengths.map((length) => length / own!.length));
  const recall = Math.max(...lengths.map((length, i) => length / others[i]!.length));
  const product = precision * recall;
  return { precision, recall, fmeasure: product === 0 ? 0 : ((1 + BETA ** 2) * product) / (recall + BETA ** 2 * precision) };
}
