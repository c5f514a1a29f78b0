import { checkFields } from '@prefix-tuning/base';
import { toPairs, type BatchOptions, type Pair } from '../embedding/pairs.js';
import { combineReferences, SEVERAL_REFERENCES, type SeveralReferences } from '../embedding/references.js';
import { checkChoice, checkCount, checkSegments, MetricInputError, type Score, type Segments } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { meanStatistics, scoreStatistics } from '../statistics.js';
import type { BleurtModel } from './model.js';

export interface BleurtOptions extends Segments, BatchOptions {
  /** `onnxBleurt`, or any function that scores pairs. */
  readonly model: BleurtModel;
  /** What several references make of a segment: `max` by default, as in WebNLG's script; DART's takes the `first`. */
  readonly severalReferences?: SeveralReferences | undefined;
}

export interface BleurtParts {
  /** A score per segment and reference. */
  readonly perReference: readonly (readonly number[])[];
}

/**
 * BLEURT, equal to google-research/bleurt on an equal checkpoint: a regression over the encoding of reference and hypothesis
 * together, near 1 for equal meaning, without bounds; mean over segments.
 *
 * @throws MetricInputError  if segments and scores do not fit together
 * @throws ConfigError  for an option that does not exist
 * @see Sellam et al. 2020, BLEURT: Learning Robust Metrics for Text Generation
 */
export async function bleurt(options: BleurtOptions): Promise<Score<BleurtParts>> {
  checkSegments('BLEURT', options);
  checkFields('BLEURT', options, ['hypotheses', 'references', 'model', 'severalReferences', 'batchSize']);
  const { hypotheses, references, model, severalReferences = 'max', batchSize = 16 } = options;
  checkChoice('BLEURT', { severalReferences }, SEVERAL_REFERENCES);
  checkCount('BLEURT', { batchSize });
  const scores = await scorePairs(model, toPairs(hypotheses, references), batchSize);
  let next = 0;
  const perReference = references.map((list) => scores.slice(next, (next += list.length)));
  const statistics = meanStatistics(perReference.map(combineReferences(severalReferences)), 'bleurt');
  const signature = formatSignature({
    nrefs: referenceCount(references),
    model: model.info?.model ?? 'unknown',
    length: model.info?.maxLength ?? 'unknown',
    refs: severalReferences,
    like: 'bleurt-0.0.2',
    version: METRICS_VERSION,
  });
  return { metric: 'BLEURT', higherIsBetter: true, ...scoreStatistics(statistics), statistics, parts: { perReference }, signature };
}

/** Scores each distinct pair once, in batches of like length. */
async function scorePairs(model: BleurtModel, pairs: readonly Pair[], batchSize: number): Promise<number[]> {
  const key = ({ hypothesis, reference }: Pair) => JSON.stringify([hypothesis, reference]);
  const distinct = [...new Map(pairs.map((pair) => [key(pair), pair])).values()];
  const length = ({ hypothesis, reference }: Pair) => hypothesis.length + reference.length;
  distinct.sort((a, b) => length(b) - length(a));
  const known = new Map<string, number>();
  for (let start = 0; start < distinct.length; start += batchSize) {
    const batch = distinct.slice(start, start + batchSize);
    const scores = await model(batch);
    if (scores.length !== batch.length) {
      throw new MetricInputError(`BLEURT model: expected ${batch.length} scores for ${batch.length} pairs, got ${scores.length}.`);
    }
    batch.forEach((pair, i) => known.set(key(pair), scores[i]!));
  }
  return pairs.map((pair) => known.get(key(pair))!);
}
