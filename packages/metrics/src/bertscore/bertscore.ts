import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import type { Embedder, TokenEmbeddings } from '../embedding/embedder.js';
import { documentFrequencies } from '../embedding/idf.js';
import { mapPairs, toPairs, type BatchOptions } from '../embedding/pairs.js';
import { strip } from '../embedding/strip.js';
import { checkCount, checkSegments, MetricInputError, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { scoreStatistics } from '../statistics.js';
import { rescale } from './baseline.js';
import { matchGreedily, weighMatching, type BertScoreValue } from './matching.js';

/** What `version=` says in the hash of bert-score 0.3.13, which calls itself by the number before. */
const HASH_VERSION = '0.3.12';

export interface BertScoreOptions extends Segments, BatchOptions {
  /** Gives one layer per text: the one to compare. */
  readonly embedder: Embedder;
  /** Weighs tokens by inverse document frequency over all references; false by default. */
  readonly idf?: boolean | undefined;
  /** Rescales with this row of a baseline file (`parseBaseline`). */
  readonly baseline?: BertScoreValue | undefined;
  /** Whether the baseline is the one bert-score ships for the model, which only the hash tells; false by default. */
  readonly officialBaseline?: boolean | undefined;
  /** For the hash alone: the transformers version it should name; `none` by default, as none takes part. */
  readonly transformersVersion?: string | undefined;
}

const fields: FieldsOf<BertScoreOptions> = {
  hypotheses: true,
  references: true,
  embedder: true,
  batchSize: true,
  idf: true,
  baseline: true,
  officialBaseline: true,
  transformersVersion: true,
};

export interface BertScoreParts extends BertScoreValue {
  /** bert-score's own description of the run. */
  readonly hash: string;
  readonly perSegment: readonly BertScoreValue[];
}

/**
 * BERTScore, equal to bert-score 0.3.13 on equal embeddings: greedy matching by cosine, F1 in [-1, 1], mean over segments.
 *
 * With several references precision, recall and F1 are each the best over them; rescaling comes after. Differs from
 * bert-score in one thing: there a token none of whose cosines is positive counts 0 if its batch happens to be padded; here a
 * segment's score does not depend on its neighbours.
 *
 * @throws MetricInputError  if segments or embeddings do not fit together
 * @throws ConfigError  for an option that does not exist
 * @see Zhang et al. 2020, BERTScore: Evaluating Text Generation with BERT
 */
export async function bertScore(options: BertScoreOptions): Promise<Score<BertScoreParts>> {
  checkSegments('BERTScore', options);
  checkFields('BERTScore', options, Object.keys(fields));
  const { embedder, references, baseline, batchSize = 32 } = options;
  checkCount('BERTScore', { batchSize });
  const pairs = toPairs(options.hypotheses.map(strip), references.map((list) => list.map(strip)));
  const weight = options.idf ? await documentFrequencies(embedder, pairs.map(({ reference }) => reference)) : undefined;
  const values = await mapPairs(embedder, pairs, {
    batchSize,
    visit: (hypothesis, reference) => weighMatching(matchGreedily(oneLayer(hypothesis), oneLayer(reference)), weight),
  });
  let next = 0;
  const best = references.map((list) => bestOf(values.slice(next, (next += list.length))));
  const perSegment = baseline ? best.map((value) => rescale(value, baseline)) : best;
  return toScore(perSegment, options);
}

function toScore(perSegment: readonly BertScoreValue[], options: BertScoreOptions): Score<BertScoreParts> {
  const statistics = {
    names: ['precision', 'recall', 'f1'],
    rows: perSegment.map(({ precision, recall, f1 }) => Float64Array.of(precision, recall, f1)),
    aggregate: (sum: Float64Array, count: number) => sum[2]! / count,
  };
  const mean = (name: keyof BertScoreValue) => perSegment.reduce((sum, value) => sum + value[name], 0) / perSegment.length;
  const parts = { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), hash: bertScoreHash(options), perSegment };
  return { metric: 'BERTScore', higherIsBetter: true, ...scoreStatistics(statistics), statistics, parts, signature: sign(options) };
}

function bestOf(values: readonly BertScoreValue[]): BertScoreValue {
  const most = (name: keyof BertScoreValue) => Math.max(...values.map((value) => value[name]));
  return { precision: most('precision'), recall: most('recall'), f1: most('f1') };
}

function oneLayer(item: TokenEmbeddings): TokenEmbeddings {
  if (item.layers.length !== 1) {
    throw new MetricInputError(`BERTScore: expected one layer from the embedder, got ${item.layers.length}. Choose the layer to compare.`);
  }
  return item;
}

const layerOf = ({ info }: Embedder) => info?.layers?.join(',') ?? 'unknown';

/** The hash string of bert-score for this run, such as `roberta-large_L17_no-idf_version=0.3.12(hug_trans=4.40.0)-rescaled`. */
function bertScoreHash({ embedder, idf, baseline, officialBaseline, transformersVersion }: BertScoreOptions): string {
  const rescaled = baseline === undefined ? '' : officialBaseline ? '-rescaled' : '-custom-rescaled';
  const head = `${embedder.info?.model ?? 'unknown'}_L${layerOf(embedder)}${idf ? '_idf' : '_no-idf'}`;
  return `${head}_version=${HASH_VERSION}(hug_trans=${transformersVersion ?? 'none'})${rescaled}`;
}

function sign({ embedder, idf, baseline, officialBaseline, references }: BertScoreOptions): string {
  return formatSignature({
    nrefs: referenceCount(references),
    model: embedder.info?.model ?? 'unknown',
    layer: layerOf(embedder),
    idf: idf ? 'yes' : 'no',
    rescaled: baseline === undefined ? 'no' : officialBaseline ? 'official' : 'custom',
    like: 'bert-score-0.3.13',
    version: METRICS_VERSION,
  });
}
