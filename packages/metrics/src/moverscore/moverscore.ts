import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import type { Embedder, TokenEmbeddings } from '../embedding/embedder.js';
import { documentFrequencies, type TokenWeight } from '../embedding/idf.js';
import { mapPairs, toPairs, type BatchOptions } from '../embedding/pairs.js';
import { combineReferences, SEVERAL_REFERENCES, type SeveralReferences } from '../embedding/references.js';
import { checkChoice, checkCount, checkSegments, MetricInputError, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { meanStatistics, scoreStatistics } from '../statistics.js';
import { lastLayerScore } from './last-layer.js';
import { powerMeanScore } from './power-means.js';

export interface MoverScoreOptions extends Segments, BatchOptions {
  /** Gives the last five layers (version 1: of BERT fine-tuned on MNLI) or the last (version 2: of DistilBERT). */
  readonly embedder: Embedder;
  /** 2, which DART's script takes, by default; 1 is the paper's. */
  readonly version?: 1 | 2 | undefined;
  /** Weighs tokens by inverse document frequency, over references and over hypotheses apart; true by default. */
  readonly idf?: boolean | undefined;
  /** Tokens that do not count; none by default. */
  readonly stopWords?: readonly string[] | undefined;
  /** Version 1 alone: words per n-gram, 1 by default. */
  readonly ngram?: number | undefined;
  /** Version 1 alone: leaves word continuations out; true by default. */
  readonly removeSubwords?: boolean | undefined;
  /** What several references make of a segment: `mean` by default, as in the authors' example. */
  readonly severalReferences?: SeveralReferences | undefined;
}

const fields: FieldsOf<MoverScoreOptions> = {
  hypotheses: true,
  references: true,
  embedder: true,
  batchSize: true,
  version: true,
  idf: true,
  stopWords: true,
  ngram: true,
  removeSubwords: true,
  severalReferences: true,
};

export interface MoverScoreParts {
  /** A score per segment and reference. */
  readonly perReference: readonly (readonly number[])[];
}

/**
 * MoverScore, equal to the authors' moverscore.py (version 1) and moverscore_v2.py (version 2) on equal embeddings, with the
 * exact earth mover's distance; mean over segments. 1 is best; version 2 stays above 0, version 1 may fall below.
 *
 * Differs from them in the rounding: theirs rounds masses and costs to a millionth, and distances of equal vectors in float32
 * to a few ten-thousandths.
 *
 * @throws MetricInputError  if segments, embeddings or settings do not fit together
 * @throws ConfigError  for an option that does not exist
 * @see Zhao et al. 2019, MoverScore: Text Generation Evaluating with Contextualized Embeddings and Earth Mover Distance
 */
export async function moverScore(options: MoverScoreOptions): Promise<Score<MoverScoreParts>> {
  checkSegments('MoverScore', options);
  checkFields('MoverScore', options, Object.keys(fields));
  checkSettings(options);
  const { embedder, hypotheses, references } = options;
  const weights = {
    hypothesisWeight: await weighTexts(options, hypotheses),
    referenceWeight: await weighTexts(options, references.flat()),
  };
  const scores = await mapPairs(embedder, toPairs(hypotheses, references), {
    batchSize: options.batchSize,
    visit: scorePair(options, weights),
  });
  let next = 0;
  const perReference = references.map((list) => scores.slice(next, (next += list.length)));
  const statistics = meanStatistics(perReference.map(combineReferences(options.severalReferences ?? 'mean')), 'moverscore');
  const name = options.version === 1 ? 'MoverScore-v1' : 'MoverScore-v2';
  return { metric: name, higherIsBetter: true, ...scoreStatistics(statistics), statistics, parts: { perReference }, signature: sign(options) };
}

async function weighTexts({ embedder, idf = true }: MoverScoreOptions, texts: readonly string[]): Promise<TokenWeight> {
  return idf ? documentFrequencies(embedder, texts) : () => 1;
}

function scorePair(options: MoverScoreOptions, weights: { hypothesisWeight: TokenWeight; referenceWeight: TokenWeight }) {
  const stopWords = new Set(options.stopWords);
  if (options.version !== 1) {
    return (h: TokenEmbeddings, r: TokenEmbeddings) => lastLayerScore(h, r, { ...weights, stopWords });
  }
  const settings = { ...weights, stopWords, ngram: options.ngram ?? 1, removeSubwords: options.removeSubwords ?? true };
  return (h: TokenEmbeddings, r: TokenEmbeddings) => powerMeanScore(h, r, settings);
}

function checkSettings({ version = 2, ngram = 1, removeSubwords = true, severalReferences = 'mean', batchSize = 32 }: MoverScoreOptions): void {
  checkChoice('MoverScore', { version }, [1, 2]);
  checkChoice('MoverScore', { severalReferences }, SEVERAL_REFERENCES);
  checkCount('MoverScore', { ngram, batchSize });
  if (version === 2 && (ngram !== 1 || !removeSubwords)) {
    throw new MetricInputError(
      `MoverScore: version 2 knows single tokens without word continuations alone, got ngram ${ngram}, removeSubwords ${removeSubwords}. Use version 1.`,
      { details: { ngram, removeSubwords } },
    );
  }
}

function sign(options: MoverScoreOptions): string {
  const { embedder, version = 2, idf = true, stopWords = [], references } = options;
  return formatSignature({
    nrefs: referenceCount(references),
    model: embedder.info?.model ?? 'unknown',
    layers: embedder.info?.layers?.join(',') ?? 'unknown',
    idf: idf ? 'yes' : 'no',
    stop: stopWords.length,
    ...(version === 1 && { ngram: options.ngram ?? 1, subwords: (options.removeSubwords ?? true) ? 'no' : 'yes' }),
    refs: options.severalReferences ?? 'mean',
    like: version === 1 ? 'moverscore' : 'moverscore-v2',
    version: METRICS_VERSION,
  });
}
